using System.Text;
using Assay.Verify.Crypto;
using Assay.Verify.Statements;

namespace Assay.Reliability.Accounts;

/// <summary>What a step reads of one observer's log.</summary>
/// <param name="Log">How far the log is read.</param>
/// <param name="KeyId">Of its log key, as its genesis says.</param>
/// <param name="New">Its observations since the step before, in the log's order; those of other accounts are passed over.</param>
public readonly record struct ObserverRead(LogSize Log, Hash KeyId, IReadOnlyList<ObservationsEvent> New);

/// <summary>
/// Folds observations of endpoints that sign nothing into an account, step by step (docs/spec/accounts-fold.md section 7). All of it is
/// the observers' word.
/// </summary>
/// <param name="state">The empty account of the same id, or the state of the last step.</param>
public sealed class ObservedFold(string service, ObservationOracle oracle, Hash task, ObservedState state)
{
    public ObservedState State => state;

    /// <summary>Folds all that was read since the last step.</summary>
    /// <param name="time">Unix seconds, not before the last step's.</param>
    /// <param name="reads">In ascending order of origin by UTF-8 bytes.</param>
    /// <param name="origin">Of the log that the step is written into.</param>
    /// <returns>The event that commits to the step, for the log of whoever folds.</returns>
    public AccountEpochEvent Step(ulong time, IReadOnlyList<ObserverRead> reads, string origin)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(time, state.Time);
        for (var i = 1; i < reads.Count; i++)
            if (Encoding.UTF8.GetBytes(reads[i - 1].Log.Origin).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(reads[i].Log.Origin)) >= 0)
                throw new ArgumentException("the observers' logs are not in ascending order of origin", nameof(reads));
        var (step, previous) = (state.Steps, state.Digest());
        state.BeginStep(time, reads.Select(r => r.Log));
        foreach (var read in reads)
            foreach (var seen in read.New)
                if (seen.Service == service && seen.Oracle == oracle && seen.Task == task)
                    state.SegmentOf(seen.Address)?.Add(read.Log, read.KeyId, seen);
        return new AccountEpochEvent(origin, state.Account, step, time, previous, [.. reads.Select(r => r.Log)], state.Digest());
    }
}
