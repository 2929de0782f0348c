/* docs/spec/accounts.md, section 11: what the next epoch is expected to bring, and how such expectations did. */
import { exp, ln, lnUp, unit } from "./fixed.js";
import { whole, type Counts } from "./bounds.js";

const day = 86_400n;
/** In seconds; null never forgets. */
const halfLives = [30n * day, 7n * day, 120n * day, null];

interface Memory {
  readonly passes: bigint;
  readonly failures: bigint;
  readonly score: bigint;
}

export interface Forecast {
  readonly epochs: bigint;
  readonly changes: bigint;
  readonly time: bigint;
  readonly memories: readonly Memory[];
  readonly record: { readonly verdicts: Counts; readonly expectedFailures: bigint; readonly score: bigint; readonly plainScore: bigint };
}

export const noForecast: Forecast = {
  epochs: 0n, changes: 0n, time: 0n, memories: halfLives.map(() => ({ passes: 0n, failures: 0n, score: 0n })),
  record: { verdicts: { passes: 0n, failures: 0n }, expectedFailures: 0n, score: 0n, plainScore: 0n },
};

const inside = (rate: bigint): bigint => rate < 1n ? 1n : rate >= whole ? whole - 1n : rate;
const scoreOf = (rate: bigint, c: Counts): bigint => c.passes * ln(whole - rate, whole) + c.failures * ln(rate, whole);

function expectedBy(forecast: Forecast, memory: Memory): bigint {
  const rate = (memory.failures + (1n << 31n)) * unit / (memory.passes + memory.failures + (1n << 32n));
  const up = 2n * forecast.changes + 1n, down = 2n * (forecast.epochs + 1n);
  const mean = ((down - up) * rate + up * (unit / 2n)) / down;
  return inside((mean * whole + unit / 2n) / unit);
}

/** The failure rate expected of the next epoch, in millionths. */
export const expected = (forecast: Forecast): bigint =>
  expectedBy(forecast, forecast.memories.reduce((best, m) => m.score > best.score ? m : best));

function left(elapsed: bigint, halfLife: bigint | null): bigint {
  if (halfLife === null) return unit;
  const halvings = elapsed / halfLife, rest = elapsed % halfLife;
  return halvings > 64n ? 0n : exp(-(rest * lnUp(2n, 1n) / halfLife)) >> halvings;
}

/** After an epoch that closed at a time in seconds. */
export function close(forecast: Forecast, time: bigint, counts: Counts, alarm: boolean): Forecast {
  const { record } = forecast, before = record.verdicts, n = before.passes + before.failures;
  const said = expected(forecast), plain = inside(((2n * before.failures + 1n) * whole + n + 1n) / (2n * (n + 1n)));
  const elapsed = forecast.epochs === 0n || time < forecast.time ? 0n : time - forecast.time;
  return {
    record: {
      verdicts: { passes: before.passes + counts.passes, failures: before.failures + counts.failures },
      expectedFailures: record.expectedFailures + said * (counts.passes + counts.failures),
      score: record.score + scoreOf(said, counts),
      plainScore: record.plainScore + scoreOf(plain, counts),
    },
    memories: forecast.memories.map((m, i) => {
      const w = left(elapsed, halfLives[i]!);
      return {
        passes: m.passes * w / unit + (counts.passes << 32n), failures: m.failures * w / unit + (counts.failures << 32n),
        score: m.score + scoreOf(expectedBy(forecast, m), counts),
      };
    }),
    epochs: forecast.epochs + 1n, changes: forecast.changes + (alarm ? 1n : 0n), time: time > forecast.time ? time : forecast.time,
  };
}
