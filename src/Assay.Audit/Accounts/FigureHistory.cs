using Assay.Reliability.Accounts;
using Assay.Reliability.Statistics;
using Assay.Store;
using Assay.Store.Accounts;
using Assay.Verify.Crypto;

namespace Assay.Audit.Accounts;

/// <summary>
/// The figures of an account's segments as epoch after epoch is settled, with the forecast that was made before each (docs/spec/accounts-fold.md
/// section 5). A function of the account's steps, so that whoever repeats them has the same rows. Not for several threads.
/// </summary>
public sealed class FigureHistory
{
    private const int Piece = 1024;

    private readonly Dictionary<int, (Forecast Forecast, ulong Settled, ulong Alarms)> segments = [];

    /// <summary>Takes up the forecasts where the rows of a kept account end. Rows that another version of the forecast wrote are written anew.</summary>
    /// <exception cref="StoreException">The vault does not answer, or does not take them.</exception>
    public static FigureHistory Load(AccountVault vault, Hash account)
    {
        var history = new FigureHistory();
        foreach (var segment in vault.SegmentsOf(account))
        {
            var (forecast, settled, alarms) = (Forecast.Start, 0UL, 0UL);
            var stale = new List<KeptEpoch>();
            foreach (var epoch in vault.EpochsOf(account, segment.Place))
            {
                var expected = forecast.Expected;
                (forecast, settled, alarms) = (forecast.Close(epoch.Time, Judged(epoch), epoch.Alarmed), settled + 1, epoch.Alarms);
                var due = Forecasted(epoch, expected, forecast);
                if (due != epoch)
                    stale.Add(due);
                if (stale.Count == Piece)
                    Flush();
            }
            Flush();
            history.segments[segment.Place] = (forecast, settled, alarms);

            void Flush()
            {
                if (stale.Count > 0)
                    vault.PutForecasts(account, stale);
                stale.Clear();
            }
        }
        return history;
    }

    /// <summary>The row of an epoch that was just settled: the last of the segment's.</summary>
    /// <param name="time">Of the step.</param>
    public KeptEpoch Add(SegmentState segment, int place, ulong step, ulong time)
    {
        var (forecast, settled, alarms) = segments.TryGetValue(place, out var known) ? known : (Forecast.Start, 0UL, 0UL);
        var (epoch, figures) = (segment.Trailing[^1], AccountFigures.Of(segment));
        var (alarmed, expected) = (segment.Change.Alarms > alarms, forecast.Expected);
        forecast = forecast.Close(time, epoch.Judged.Counts, alarmed);
        segments[place] = (forecast, settled + 1, segment.Change.Alarms);
        var letters = epoch.Judged;
        return Forecasted(new KeptEpoch(
            place, settled, step, time, epoch.Records,
            [.. letters.ByLetter().Select(l => l.Count)],
            figures.Life.Judged.Passes, figures.Life.Judged.Failures, figures.Life.FailureBound,
            figures.Trailing.Judged.Passes, figures.Trailing.Judged.Failures, figures.Trailing.FailureBound,
            figures.Epoch!.Value.Lower, figures.Epoch.Value.Upper,
            figures.Canary.Judged.Passes, figures.Canary.Judged.Failures, figures.Canary.FailureBound,
            segment.Change.Value is { } value ? (ulong)(value >> 32) : null, segment.Change.Alarms, alarmed, figures.Faults,
            0, 0, 0, 0, 0), expected, forecast);
    }

    private static KeptEpoch Forecasted(KeptEpoch epoch, uint expected, Forecast after) => epoch with
    {
        Expected = expected, ExpectedFailures = (long)(after.Record.ExpectedFailures / 1000), Score = Millionths(after.Record.Score),
        PlainScore = Millionths(after.Record.PlainScore), Next = after.Expected,
    };

    /// <summary>Its passes and failures.</summary>
    public static Counts Judged(KeptEpoch epoch) => new(epoch.Letters[1], epoch.Letters[0] + epoch.Letters[4] + epoch.Letters[5]);

    // Of units of 2^-64, toward minus infinity. A score is at most some 14 nats for each of 2^53 verdicts.
    private static long Millionths(Int128 score) => (long)((score >> 32) * 1_000_000 >> 32);
}
