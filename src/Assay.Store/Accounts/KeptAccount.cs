using Assay.Verify.Crypto;

namespace Assay.Store.Accounts;

/// <summary>An account as it stands after its last step.</summary>
/// <param name="Id">The account's.</param>
/// <param name="Origin">Of the provider's log.</param>
/// <param name="Provider">What the provider's genesis calls its node.</param>
/// <param name="Url">Where the log was last read; empty for the log of the node that keeps the account.</param>
/// <param name="Roots">The operator's root set id.</param>
/// <param name="Steps">How many were folded.</param>
/// <param name="Time">Unix seconds of the last one.</param>
/// <param name="State">The fold's state, in its own encoding (docs/spec/accounts-fold.md section 6).</param>
public sealed record KeptAccount(
    Hash Id, string Origin, string Provider, string Url, Hash Roots, string Service, string Oracle, ulong Steps, ulong Time, byte[] State);

/// <summary>A segment of an account, to find it by its model.</summary>
/// <param name="Place">In the account's list.</param>
/// <param name="Model">Its digest.</param>
/// <param name="Name">What the provider's log calls the model; empty where it does not say.</param>
public sealed record KeptSegment(Hash Account, int Place, Hash Model, string Name, string Profile, string Region);

/// <summary>A step of an account.</summary>
/// <param name="Event">The payload of the entry that commits to it.</param>
/// <param name="Logged">It stands in the log of whoever folds.</param>
public sealed record KeptStep(ulong Step, ulong Time, byte[] Event, bool Logged);

/// <summary>
/// The figures of one segment right after one of its epochs was settled: one point of a plot. Rates are in millionths; a bound is
/// null where nothing is proven.
/// </summary>
/// <param name="Number">From 0, in the order in which the segment's epochs were settled.</param>
/// <param name="Step">The step that settled it.</param>
/// <param name="Time">Of that step, Unix seconds.</param>
/// <param name="Records">Of the epoch.</param>
/// <param name="Letters">Its judged records by letter, in the order <c>d r v o w u x</c>: 7 numbers.</param>
/// <param name="Passes">Of the segment so far, this epoch included.</param>
/// <param name="Failures">Of the segment so far.</param>
/// <param name="Life">Proven of those.</param>
/// <param name="TrailingPasses">Of the last 32 epochs.</param>
/// <param name="Trailing">Proven of the last 32 epochs.</param>
/// <param name="Lower">Of the share of this epoch's records that fail.</param>
/// <param name="Canary">Proven of the canary lane so far.</param>
/// <param name="Detector">The change detector's value after it, in units of 2^-32; null where there is none yet.</param>
/// <param name="Alarms">So far.</param>
/// <param name="Alarmed">One was in this epoch.</param>
/// <param name="Faults">Proven outside the sample, so far.</param>
/// <param name="Expected">The failure rate that was expected of this epoch before it was settled.</param>
/// <param name="ExpectedFailures">Sum over all epochs so far of expected rate times verdicts, in thousandths of a failure, rounded down.</param>
/// <param name="Score">Of the forecasts so far, in millionths of a nat, rounded down.</param>
/// <param name="PlainScore">Of the plain rate so far, likewise.</param>
/// <param name="Next">The failure rate expected of the next epoch.</param>
public sealed record KeptEpoch(
    int Segment, ulong Number, ulong Step, ulong Time, ulong Records, IReadOnlyList<ulong> Letters, ulong Passes, ulong Failures, uint? Life,
    ulong TrailingPasses, ulong TrailingFailures, uint? Trailing, uint Lower, uint Upper, ulong CanaryPasses, ulong CanaryFailures, uint? Canary,
    ulong? Detector, ulong Alarms, bool Alarmed, ulong Faults, uint Expected, long ExpectedFailures, long Score, long PlainScore, uint Next);
