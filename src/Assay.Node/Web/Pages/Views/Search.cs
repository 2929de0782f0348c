using Assay.Verify.Logs;
using System.Collections.Immutable;

namespace Assay.Node.Web.Pages.Views;

/// <summary>Something that a search may mean.</summary>
public sealed record Hit(string Kind, string Label, string Url);

/// <summary>Several things that a search may mean.</summary>
public sealed record HitsView(string Query, ImmutableArray<Hit> Hits);

/// <summary>Finds what people paste: a receipt's id, a log index, a model's name or digest, a key's id; of ids, the first digits are enough.</summary>
internal static class Search
{
    private const int MaxQuery = 200;
    private const int MinDigits = 6;
    private const int MostHits = 20;

    /// <returns>One hit where the answer is clear, none, or several to choose from.</returns>
    public static ImmutableArray<Hit> For(AssayNode node, string query)
    {
        query = query.Trim();
        if (query.Length is 0)
            return [new Hit("log", "the live log", "/")];
        if (query.Length > MaxQuery)
            return [];
        if (IndexIn(query, node.Reader.Checkpoint.Size) is { } index)
            return [new Hit("entry", query, UrlOf(node, index))];
        var named = node.Models.List().Where(m => m.Name == query || m.Reference == query).Take(1);
        if (named.FirstOrDefault() is { } model)
            return [new Hit("model", model.Name, Links.Model(model.Name))];
        return [.. ByDigits(node, query).Concat(ByName(node, query)).DistinctBy(h => h.Url).Take(MostHits)];
    }

    private static ulong? IndexIn(string query, ulong size) =>
        query.All(char.IsAsciiDigit) && ulong.TryParse(query, out var index) && index < size ? index : null;

    private static string UrlOf(AssayNode node, ulong index)
    {
        var kept = node.Vault.Between(index, index + 1);
        return kept.Count > 0 ? Links.Receipt(kept[0].RecordId) : Links.Entry(index);
    }

    private static IEnumerable<Hit> ByDigits(AssayNode node, string query)
    {
        // As they are written elsewhere: sha256:…, ed25519:…, and with the ellipsis of a shortened id.
        var digits = query[(query.IndexOf(':') + 1)..].TrimEnd('…', '.').ToLowerInvariant();
        if (digits.Length < MinDigits || !digits.All(char.IsAsciiHexDigit))
            return [];
        var receipts = node.Vault.Matching(digits, MostHits).Select(id => new Hit("receipt", id, Links.Receipt(id)));
        var models = node.Models.List()
            .Where(m => Begins(m.Digest.ToHex()) || Begins(m.Graph.ToHex()) || m.Files.Any(f => Begins(f.Sha256.ToHex())))
            .Select(m => new Hit("model", m.Reference, Links.Model(m.Name)));
        var keys = node.Look(state => state.Keys.Values
            .Where(k => Begins(k.Key.Id.ToHex()))
            .Select(k => new Hit("serving key", k.Key.Id.ToHex(), Links.Key(k, state) ?? Links.Entry(k.Events[0].Index)))
            .Concat(Root(state).Where(h => Begins(h.Label)))
            .ToList());
        return receipts.Concat(models).Concat(keys);

        bool Begins(string hex) => hex.StartsWith(digits, StringComparison.Ordinal);
    }

    private static IEnumerable<Hit> Root(LogState state) => state.Genesis!.Roots.Keys.Select(k => new Hit("root key", k.Id.ToHex(), "/#identity"));

    private static IEnumerable<Hit> ByName(AssayNode node, string query) =>
        node.Models.List()
            .Where(m => m.Reference.Contains(query, StringComparison.OrdinalIgnoreCase))
            .Select(m => new Hit("model", m.Name, Links.Model(m.Name)));
}
