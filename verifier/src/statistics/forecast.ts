/* docs/spec/accounts.md, section 11: what the next epoch is expected to bring, and how such expectations did. */
import { exp, ln, lnUp, unit } from "./fixed.js";
import { whole, type Counts } from "./bounds.js";

const day = 86_400n;
/** In seconds; null never forgets. The first is the plain rate, the last forgets at an alarm what came before. */
const halfLives = [null, 120n * day, 30n * day, 7n * day, null];
/** Epochs after an alarm during which a segment is alarmed. */
const alarmedEpochs = 32n;

interface Memory {
  readonly passes: bigint;
  readonly failures: bigint;
  readonly score: bigint;
}

export interface Forecast {
  readonly epochs: bigint;
  readonly calm: bigint;
  readonly changes: bigint;
  readonly sinceAlarm: bigint;
  readonly time: bigint;
  readonly memories: readonly Memory[];
  readonly record: { readonly verdicts: Counts; readonly expectedFailures: bigint; readonly score: bigint; readonly plainScore: bigint };
}

export const noForecast: Forecast = {
  epochs: 0n, calm: 0n, changes: 0n, sinceAlarm: alarmedEpochs, time: 0n, memories: halfLives.map(() => ({ passes: 0n, failures: 0n, score: 0n })),
  record: { verdicts: { passes: 0n, failures: 0n }, expectedFailures: 0n, score: 0n, plainScore: 0n },
};

const inside = (rate: bigint): bigint => rate < 1n ? 1n : rate >= whole ? whole - 1n : rate;
const scoreOf = (rate: bigint, c: Counts): bigint => c.passes * ln(whole - rate, whole) + c.failures * ln(rate, whole);

function expectedBy({ passes, failures }: Memory): bigint {
  const of = passes + failures + (1n << 32n);
  return inside(((2n * failures + (1n << 32n)) * whole + of) / (2n * of));
}

/** What each memory did better than the first, less twice what the forecast did worse. */
function leads({ memories, record }: Forecast): bigint[] {
  const worse = record.plainScore - record.score;
  return memories.map((m, i) => i === 0 ? 0n : m.score - memories[0]!.score - (worse > 0n ? 2n * worse : 0n));
}

const largest = (values: bigint[]): number => values.reduce((best, v, i) => v > values[best]! ? i : best, 0);

/** The failure rate expected of the next epoch, in millionths. */
export function expected(forecast: Forecast): bigint {
  const lead = leads(forecast), most = lead[largest(lead)]!;
  let sum = 0n, weights = 0n;
  forecast.memories.forEach((m, i) => {
    const weight = exp(lead[i]! - most);
    sum += weight * expectedBy(m);
    weights += weight;
  });
  return (2n * sum + weights) / (2n * weights);
}

/** The chance of an alarm in an epoch of a segment that is not alarmed, in millionths. */
export const hazard = ({ changes, calm }: Forecast): bigint => inside(((2n * changes + 1n) * whole + calm + 1n) / (2n * (calm + 1n)));

/** What the memory holds that weighs most, in whole verdicts. */
export function remembered(forecast: Forecast): Counts {
  const { passes, failures } = forecast.memories[largest(leads(forecast))]!, nearest = (count: bigint): bigint => (count + (1n << 31n)) >> 32n;
  return { passes: nearest(passes), failures: nearest(failures) };
}

function left(elapsed: bigint, halfLife: bigint | null): bigint {
  if (halfLife === null) return unit;
  const halvings = elapsed / halfLife, rest = elapsed % halfLife;
  return halvings > 64n ? 0n : exp(-(rest * lnUp(2n, 1n) / halfLife)) >> halvings;
}

/** After an epoch that closed at a time in seconds. */
export function close(forecast: Forecast, time: bigint, counts: Counts, alarm: boolean): Forecast {
  const { record, memories } = forecast, before = record.verdicts, said = expected(forecast);
  const elapsed = forecast.epochs === 0n || time < forecast.time ? 0n : time - forecast.time;
  const calm = forecast.sinceAlarm === alarmedEpochs;
  return {
    record: {
      verdicts: { passes: before.passes + counts.passes, failures: before.failures + counts.failures },
      expectedFailures: record.expectedFailures + said * (counts.passes + counts.failures),
      score: record.score + scoreOf(said, counts),
      plainScore: record.plainScore + scoreOf(expectedBy(memories[0]!), counts),
    },
    memories: memories.map((m, i) => {
      const w = alarm && i === memories.length - 1 ? 0n : left(elapsed, halfLives[i]!);
      return {
        passes: m.passes * w / unit + (counts.passes << 32n), failures: m.failures * w / unit + (counts.failures << 32n),
        score: m.score + scoreOf(expectedBy(m), counts),
      };
    }),
    epochs: forecast.epochs + 1n, calm: forecast.calm + (calm ? 1n : 0n), changes: forecast.changes + (calm && alarm ? 1n : 0n),
    sinceAlarm: alarm ? 0n : calm ? alarmedEpochs : forecast.sinceAlarm + 1n, time: time > forecast.time ? time : forecast.time,
  };
}
