/** A small deterministic generator (SplitMix32): the same seed gives the same cases on every machine. */
export class Random {
  constructor(seed) { this.state = seed >>> 0; }

  bits() {
    this.state = (this.state + 0x9e3779b9) >>> 0;
    let z = this.state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  }

  /** From 0 to n - 1. */
  below(n) { return this.bits() % n; }
  chance(oneIn) { return this.below(oneIn) === 0; }
  pick(list) { return list[this.below(list.length)]; }
  bytes(n) { return Buffer.from(Array.from({ length: n }, () => this.bits() & 0xff)); }
}
