using Assay.Market.Ledger;
using Assay.Store.Accounts;
using Assay.Verify.Crypto;

namespace Assay.Node.Web.Pages.Views;

/// <summary>What a market's holders, assets and segments are called on a page.</summary>
internal sealed class MarketNames(AccountVault? vault)
{
    private readonly Dictionary<Hash, (string Provider, string Origin, IReadOnlyList<KeptSegment> Segments)> known = [];

    /// <summary>A segment by the origin of its provider's log, which no other has; by its account's id where the account is not kept here.</summary>
    public string Of(Hash account, ulong segment) => $"{Of(account)}, segment {segment + 1}";

    public string Of(Hash account) => Known(account).Origin;

    /// <summary>What the provider calls itself.</summary>
    public string Provider(Hash account) => Known(account).Provider;

    /// <summary>Of a segment the origin, model and region.</summary>
    public string NoteOf(Hash account, ulong segment) => Known(account).Segments.FirstOrDefault(s => s.Place == (int)segment) is { } kept
        ? $"{Of(account, segment)}: {ProviderView.Named(kept.Name, kept.Model)}, {kept.Region}" : Of(account, segment);

    /// <summary>A holder; with where it leads.</summary>
    public static (string Name, string? Url) Of(Holder holder) => holder.Kind switch
    {
        HolderKind.Participant => ($"participant {holder.Number}", Links.Participant(holder.Number)),
        HolderKind.Policy => ($"cover {holder.Number}", Links.Cover(holder.Number)),
        HolderKind.Pool => ("the pool", null),
        HolderKind.Issuer => ("the issuer", null),
        var kind => ($"{kind.ToString().ToLowerInvariant()} {holder.Number}", null),
    };

    /// <summary>An asset; with where it leads.</summary>
    public static (string Name, string? Url) Of(Asset asset) => asset.Kind switch
    {
        AssetKind.Unit => ("paper units", null),
        AssetKind.PoolShare => ("shares of the pool", null),
        AssetKind.Cover => ($"cover {asset.Number}", Links.Cover(asset.Number)),
        AssetKind.Yes => ($"YES of contract {asset.Number}", null),
        AssetKind.No => ($"NO of contract {asset.Number}", null),
        _ => ($"bond {asset.Number}", null),
    };

    private (string Provider, string Origin, IReadOnlyList<KeptSegment> Segments) Known(Hash account)
    {
        if (known.TryGetValue(account, out var names))
            return names;
        names = vault?.Find(account) is { } kept ? (kept.Provider, kept.Origin, vault.SegmentsOf(account)) : (Show.Short(account), Show.Short(account), []);
        known.Add(account, names);
        return names;
    }
}
