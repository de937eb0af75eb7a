-- wrk script: WhatsApp webhooks of about 2 kB, each with its own message id, signed as Meta signs.
-- Arguments: path, app secret, payload file (with @ID@ where the id goes and @FROM@ for the sender), senders.
local ffi = require("ffi")
ffi.cdef([[
unsigned char *HMAC(const void *md, const void *key, int key_len, const unsigned char *d, size_t n,
                    unsigned char *out, unsigned int *out_len);
const void *EVP_sha256(void);
int getpid(void);
]])
local crypto = ffi.load("libcrypto.so.3")
local digest = ffi.new("unsigned char[32]")
local digest_len = ffi.new("unsigned int[1]")
local hex = {}
for i = 0, 255 do hex[i] = string.format("%02x", i) end

local threads = 0
function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

function init(args)
  path, secret, senders = args[1], args[2], tonumber(args[4])
  local file = assert(io.open(args[3]))
  local text = file:read("*a")
  file:close()
  before, between, after = text:match("^(.-)@FROM@(.-)@ID@(.*)$")
  base = string.format("%d.%d.%d.", ffi.C.getpid(), number, os.time())
  count = 0
end

function request()
  count = count + 1
  local from = string.format("6012%07d", (count * 7919 + number) % senders)
  local body = before .. from .. between .. base .. count .. after
  crypto.HMAC(crypto.EVP_sha256(), secret, #secret, body, #body, digest, digest_len)
  local sum = {}
  for i = 0, 31 do sum[i + 1] = hex[digest[i]] end
  return wrk.format("POST", path, {
    ["Content-Type"] = "application/json",
    ["X-Hub-Signature-256"] = "sha256=" .. table.concat(sum),
  }, body)
end

function done(summary, latency)
  io.write(string.format('JSON {"rate":%.1f,"p50_ms":%.3f,"p99_ms":%.3f,"bad":%d,"count":%d}\n',
    summary.requests / (summary.duration / 1e6), latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
    summary.requests))
end
