using System.Collections.Immutable;
using Assay.Reliability.Accounts;
using Assay.Store.Accounts;
using Assay.Verify;

namespace Assay.Audit.Accounts;

/// <summary>A kept account, read: its state, and the figures and names of its segments, in their order.</summary>
/// <param name="Names">What the provider's log calls their models; empty where it does not say.</param>
/// <param name="Newest">Their last settled epochs; null where none is settled.</param>
public sealed record AccountView(
    KeptAccount Account, AccountState State, ImmutableArray<AccountFigures> Figures, ImmutableArray<string> Names, ImmutableArray<KeptEpoch?> Newest)
{
    /// <exception cref="AuditException">What is kept is damaged.</exception>
    public static AccountView Of(AccountVault vault, KeptAccount account)
    {
        try
        {
            var state = AccountState.Parse(account.State);
            var names = vault.SegmentsOf(account.Id).ToDictionary(s => s.Place, s => s.Name);
            return new AccountView(
                account, state, [.. state.Segments.Select(AccountFigures.Of)], [.. state.Segments.Select((_, place) => names.GetValueOrDefault(place, ""))],
                [.. state.Segments.Select((_, place) => vault.Thinned(account.Id, place, 1).FirstOrDefault())]);
        }
        catch (MalformedException e)
        {
            throw new AuditException($"the kept account {account.Id.ToHex()[..16]} is damaged: {e.Message}", e);
        }
    }

    /// <summary>The accounts that a person means.</summary>
    /// <param name="name">A model's name, with or without its version, its digest, the beginning of an account's id, or a service; empty for all.</param>
    /// <param name="provider">Its origin or the name that it gives itself; empty for all.</param>
    public static IEnumerable<AccountView> Find(AccountVault vault, string name, string provider) =>
        from account in vault.List()
        where provider.Length == 0 || account.Origin == provider || account.Provider == provider
        let segments = vault.SegmentsOf(account.Id)
        where name.Length == 0 || account.Service == name || name.Length >= 8 && account.Id.ToHex().StartsWith(name, StringComparison.Ordinal)
            || segments.Any(s => IsNamed(s, name))
        select Of(vault, account);

    /// <summary>Whether a segment runs the model that somebody names.</summary>
    public static bool IsNamed(KeptSegment segment, string name) =>
        segment.Name == name || segment.Name.StartsWith(name + "@", StringComparison.Ordinal) || segment.Model.ToHex() == name;
}
