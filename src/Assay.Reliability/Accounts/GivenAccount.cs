using Assay.Verify.Crypto;
using Assay.Verify.Statements;

namespace Assay.Reliability.Accounts;

/// <summary>
/// An account of letters that are given and not read from logs: the state is settled by the same code as that of <see cref="AccountFold"/>.
/// For simulations. Its steps name no logs, so nobody mistakes it for an account that can be recomputed. Not for several threads.
/// </summary>
public sealed class GivenAccount(AccountId id)
{
    /// <summary>As it stands after the last step.</summary>
    public AccountState State { get; } = new(id);

    /// <summary>The place of a segment, which begins with nothing where it is new.</summary>
    /// <param name="owner">How often the account has changed hands.</param>
    public int Begin(Segment segment, ulong owner) => State.SegmentOf(segment, owner);

    /// <param name="time">Unix seconds, not before the last step's.</param>
    public void Step(ulong time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(time, State.Time);
        State.BeginStep(time, []);
    }

    /// <summary>Settles an epoch of a segment (docs/spec/accounts-fold.md section 3).</summary>
    /// <param name="records">All its records.</param>
    /// <param name="drawn">Whether some draw counted.</param>
    public void Settle(int segment, ulong records, EpochVerdicts verdicts, bool drawn) => State.Segments[segment].Settle(records, verdicts, drawn);

    /// <summary>Verdicts on auditors' own requests.</summary>
    public void AddCanaries(int segment, char letter, ulong times) => State.Segments[segment].AddCanary(letter, times);

    /// <summary>What an auditor committed to and said of one epoch, for its tally.</summary>
    /// <param name="missing">Others' secrets that its draw lacks.</param>
    /// <param name="contradicted">Records that it passed and another showed to diverge.</param>
    public void Tally(string origin, in Hash keyId, int missing, LetterCounts letters, ulong contradicted)
    {
        var tally = State.AuditorOf(origin, keyId, selfSampled: false);
        tally.AddCommitment();
        tally.AddDraw(missing, 0);
        tally.AddTraffic(letters);
        tally.AddContradicted(contradicted);
    }
}
