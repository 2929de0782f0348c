// A small random language model as a GGUF file (ggml's docs/gguf.md), for tests in JavaScript: it says words, and never ends by itself.

const words = ["once", "upon", "time", "the", "girl", "said", "day", "happy", "little", "and", "was", "to", "in", "her", "bear", "tree", "went", "home"];
const width = 64, heads = 4, headSize = 16, inner = 96, layers = 2;

// How byte-level vocabularies write a byte (GPT-2, bytes_to_unicode).
const prints = b => (b >= 0x21 && b <= 0x7e) || (b >= 0xa1 && b <= 0xac) || (b >= 0xae && b <= 0xff);
const letter = b => (prints(b) ? String.fromCharCode(b) : String.fromCharCode(256 + Array.from({ length: b }, (_, i) => i).filter(i => !prints(i)).length));

export const template = "{%- for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{%- endfor %}<|im_start|>assistant\n"
  + "{%- if tools %}{% for tool in tools %}{{ tool.function.name }}{% endfor %}<tool_call></tool_call>{% endif %}";

/** The file's bytes: always the same. */
export function tinyModel({ context = 4096 } = {}) {
  const spoken = words.map(w => letter(32) + w), tokens = [...Array.from({ length: 256 }, (_, b) => letter(b)), "on", ...spoken, "<|endoftext|>", "<|im_start|>", "<|im_end|>"];
  const control = tokens.length - 3, keys = [], tensors = [];
  const string = text => Buffer.concat([u64(Buffer.byteLength(text)), Buffer.from(text)]);
  const key = (name, type, value) => keys.push(Buffer.concat([string(name), u32(type), value]));
  const number = (name, n) => key(`llama.${name}`, 4, u32(n)), float = (name, x) => key(`llama.${name}`, 6, f32([x]));
  const list = (name, type, items) => key(name, 9, Buffer.concat([u32(type), u64(items.length), ...items]));

  key("general.architecture", 8, string("llama"));
  for (const [name, n] of [["embedding_length", width], ["block_count", layers], ["attention.head_count", heads], ["attention.head_count_kv", heads], ["context_length", context],
    ["feed_forward_length", inner], ["rope.dimension_count", headSize]]) number(name, n);
  float("attention.layer_norm_rms_epsilon", 1e-5);
  float("rope.freq_base", 10_000);
  key("tokenizer.chat_template", 8, string(template));
  key("tokenizer.ggml.model", 8, string("gpt2"));
  key("tokenizer.ggml.pre", 8, string("llama-bpe"));
  list("tokenizer.ggml.tokens", 8, tokens.map(string));
  list("tokenizer.ggml.token_type", 5, tokens.map((_, i) => u32(i < control ? 1 : 3)));
  list("tokenizer.ggml.merges", 8, [string("o n")]);
  key("tokenizer.ggml.bos_token_id", 4, u32(control));
  key("tokenizer.ggml.eos_token_id", 4, u32(control + 2));
  key("tokenizer.ggml.add_bos_token", 7, Buffer.of(0));

  let state = 1;
  const noise = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 31 - 1;
  const tensor = (name, dims, value) => tensors.push({ name, dims, data: f32(Array.from({ length: dims.reduce((a, b) => a * b) }, (_, i) => value(i))) });
  const matrix = (name, columns, rows, size = 0.3) => tensor(name, [columns, rows], () => size * noise()), norm = name => tensor(name, [width], () => 1);
  matrix("token_embd.weight", width, tokens.length, 1);
  // Nothing but words has a score: bytes and ends are never likely.
  tensor("output.weight", [width, tokens.length], i => (i / width >= 257 && i / width < control ? 2 * noise() : 0));
  norm("output_norm.weight");
  for (let i = 0; i < layers; i++) {
    for (const name of ["attn_norm", "ffn_norm"]) norm(`blk.${i}.${name}.weight`);
    for (const name of ["attn_q", "attn_k", "attn_v", "attn_output"]) matrix(`blk.${i}.${name}.weight`, width, width);
    for (const [name, columns, rows] of [["ffn_gate", width, inner], ["ffn_up", width, inner], ["ffn_down", inner, width]]) matrix(`blk.${i}.${name}.weight`, columns, rows);
  }

  let offset = 0;
  const infos = tensors.map(({ name, dims, data }) => {
    const info = Buffer.concat([string(name), u32(dims.length), ...dims.map(u64), u32(0), u64(offset)]);
    offset += data.length + padding(data.length);
    return info;
  });
  const head = Buffer.concat([Buffer.from("GGUF"), u32(3), u64(tensors.length), u64(keys.length), ...keys, ...infos]);
  return Buffer.concat([head, Buffer.alloc(padding(head.length)), ...tensors.flatMap(({ data }) => [data, Buffer.alloc(padding(data.length))])]);
}

const padding = length => (32 - (length % 32)) % 32;
const f32 = values => Buffer.from(Float32Array.from(values).buffer);
function u32(n) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(n);
  return bytes;
}
function u64(n) {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(n));
  return bytes;
}
