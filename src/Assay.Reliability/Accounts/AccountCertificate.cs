using Assay.Verify.Crypto;
using Assay.Verify.Statements;

namespace Assay.Reliability.Accounts;

/// <summary>What one step proved of one segment, for a time (docs/spec/accounts-fold.md section 5).</summary>
/// <param name="Account">The account's id.</param>
/// <param name="Segment">The segment's place in the account.</param>
/// <param name="State">Digest of the state that these figures are a function of.</param>
/// <param name="Time">Unix seconds of the step.</param>
/// <param name="Figures">What is said; neither may be left out.</param>
public sealed record AccountCertificate(Hash Account, int Segment, Hash State, ulong Time, AccountFigures Figures)
{
    /// <summary>30 days.</summary>
    public const ulong LifeSeconds = 30 * 24 * 3600;

    /// <summary>The first second at which it says nothing any more.</summary>
    public ulong Expires => Time + LifeSeconds;

    /// <summary>Recomputes it from a state.</summary>
    public static AccountCertificate Of(AccountState state, int segment) =>
        new(state.Account, segment, state.Digest(), state.Time, AccountFigures.Of(state.Segments[segment]));

    /// <summary>Whether it may be relied on at a time, to choose a provider: not expired, not alarmed, and with enough data for this bound.</summary>
    /// <param name="failures">In millionths: the worse of the life's and the trailing bound is at most this.</param>
    public bool Proves(uint failures, ulong now) =>
        now >= Time && now < Expires && !Figures.Alarmed
        && Figures.Life.FailureBound is { } life && Figures.Trailing.FailureBound is { } trailing && Math.Max(life, trailing) <= failures;

    /// <summary>Whether a step's event commits to the state that this was computed from.</summary>
    public bool IsOf(AccountEpochEvent step) => step.Account == Account && step.State == State && step.Time == Time;
}
