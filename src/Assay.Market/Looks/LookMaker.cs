using Assay.Market.Journal;
using Assay.Reliability.Accounts;
using Assay.Reliability.Statistics;

namespace Assay.Market.Looks;

/// <summary>
/// The looks that the steps of one account give (docs/spec/market.md section 3): whoever keeps the account makes them, whoever has its
/// logs or its passport makes the same. Not for several threads.
/// </summary>
public sealed class LookMaker
{
    private readonly List<(Forecast Forecast, ulong Alarms)> segments = [];

    /// <summary>An epoch was settled: the last of the segment's, whose forecast goes on from it.</summary>
    /// <param name="time">Of the step, Unix seconds.</param>
    public void Settled(AccountState state, int place, ulong time)
    {
        while (segments.Count <= place)
            segments.Add((Forecast.Start, 0));
        var (forecast, alarms) = segments[place];
        var segment = state.Segments[place];
        segments[place] = (forecast.Close(time, segment.Trailing[^1].Judged.Counts, segment.Change.Alarms > alarms), segment.Change.Alarms);
    }

    /// <summary>The look at the account after its newest step.</summary>
    public LookEvent Of(AccountState state) => Of(state, place => place < segments.Count ? segments[place].Forecast : Forecast.Start);

    /// <param name="forecastOf">The forecast of the segment at a place, after its newest settled epoch.</param>
    public static LookEvent Of(AccountState state, Func<int, Forecast> forecastOf) => new(
        state.Account, state.Steps - 1,
        [.. state.Segments.Take(Look.MostSegments).Select((s, place) => Of(s, state.KeysOf(place), forecastOf(place)))],
        [.. state.Auditors.Where(a => !a.SelfSampled).Take(Look.MostAuditors).Select(a => new AuditorLook(a.Origin, a.KeyId, a.Commitments, a.Contradicted))]);

    private static SegmentLook Of(SegmentState segment, (ulong Keys, ulong Waiting) keys, Forecast forecast)
    {
        var letters = segment.Traffic;
        return new SegmentLook(
            new SegmentCounts(
                segment.Records, segment.Epochs, letters.Counts.Passes, letters.Counts.Failures, letters.Undecided, letters.Outside + letters.Voids),
            keys.Waiting + keys.Keys, segment.Alarmed, forecast.Expected, forecast.Hazard, forecast.Remembered.Passes, forecast.Remembered.Failures);
    }
}
