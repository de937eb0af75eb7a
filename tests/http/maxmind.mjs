// A MaxMind DB of one network, written as its published format says: a tree of 24-bit records over IPv4, then the
// data, then the metadata.
const control = (type, size) => {
  if (size > 28) throw new Error("longer than this writer knows");
  return type > 7 ? [size, type - 7] : [(type << 5) | size];
};

/** Numbers have types: 5 is 16 bits, 6 is 32, 9 is 64. */
function number(type, bytes, value) {
  const out = Buffer.alloc(bytes);
  out.writeUIntBE(value, Math.max(bytes - 6, 0), Math.min(bytes, 6));
  return Buffer.concat([Buffer.from(control(type, bytes)), out]);
}

function encode(value) {
  if (Buffer.isBuffer(value)) return value;
  if (typeof value === "string") return Buffer.concat([Buffer.from(control(2, Buffer.byteLength(value))), Buffer.from(value)]);
  if (Array.isArray(value)) return Buffer.concat([Buffer.from(control(11, value.length)), ...value.map(encode)]);
  return Buffer.concat([Buffer.from(control(7, Object.keys(value).length)), ...Object.entries(value).flatMap(([k, v]) => [encode(k), encode(v)])]);
}

/** network: "127.0.0.0", bits: how many of it count, record: what is said of it. */
export function maxmindDb(network, bits, record) {
  const address = network.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  const tree = Buffer.alloc(bits * 6);
  for (let i = 0; i < bits; i++) {
    const on = i === bits - 1 ? bits + 16 : i + 1; // the data's first byte, or the next node
    const one = Math.floor(address / 2 ** (31 - i)) % 2 === 1;
    tree.writeUIntBE(one ? bits : on, i * 6, 3);
    tree.writeUIntBE(one ? on : bits, i * 6 + 3, 3);
  }
  const about = encode({
    binary_format_major_version: number(5, 2, 2), binary_format_minor_version: number(5, 2, 0), build_epoch: number(9, 8, 1), database_type: "Test-City",
    description: { en: "constructed" }, ip_version: number(5, 2, 4), languages: ["en", "zh-CN"], node_count: number(6, 4, bits), record_size: number(5, 2, 24),
  });
  return Buffer.concat([tree, Buffer.alloc(16), encode(record), Buffer.from("\xab\xcd\xefMaxMind.com", "latin1"), about]);
}
