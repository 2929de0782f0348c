using Assay.Reliability.Accounts;
using Assay.Verify.Logs;
using Assay.Verify.Statements;

namespace Assay.Reliability.Passports;

/// <summary>Told what a verifier meets while it recomputes a passport: for what rests on more than the last state.</summary>
/// <remarks>What it is told holds only if the report says that the passport was recomputed.</remarks>
public interface IPassportWatch
{
    /// <summary>An epoch was settled: the last of the segment's.</summary>
    /// <param name="state">As it stands right after that.</param>
    /// <param name="place">Of the segment.</param>
    /// <param name="time">Of the step, Unix seconds.</param>
    void Settled(AccountState state, int place, ulong time);

    /// <summary>A step was folded.</summary>
    /// <param name="state">After it; the next step changes it.</param>
    /// <param name="provider">The provider's log as far as the step read it; it is read on.</param>
    void Stepped(AccountEpochEvent step, AccountState state, IProviderHistory provider);
}
