-- wrk script: one GET with a bearer token.  Arguments: path, then tokens to take in turn.
function init(args)
  path, tokens, turn = args[1], {}, 0
  for i = 2, #args do tokens[i - 1] = args[i] end
end

function request()
  if #tokens == 0 then return wrk.format("GET", path) end
  turn = turn % #tokens + 1
  return wrk.format("GET", path, { ["Authorization"] = "Bearer " .. tokens[turn] })
end

function done(summary, latency)
  io.write(string.format('JSON {"rate":%.1f,"p50_ms":%.3f,"p99_ms":%.3f,"bad":%d,"count":%d}\n',
    summary.requests / (summary.duration / 1e6), latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
    summary.requests))
end
