using System.Buffers;
using Assay.Reliability.Accounts;
using Assay.Verify;
using Assay.Verify.Json;

namespace Assay.Market.Journal;

/// <summary>What was granted already: each id of a settlement once, so that asking again gives nothing twice (docs/spec/market.md section 9).</summary>
public sealed class Grants
{
    /// <summary>The one settlement of this version: nothing stands behind its units.</summary>
    public const string Paper = "paper";

    private const int Most = 1 << 20;
    private const int MostId = 64;

    private static readonly SearchValues<char> IdCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._/-");

    private readonly HashSet<string> granted = new(StringComparer.Ordinal);

    /// <summary>Whether a grant <c>name:id</c> was made.</summary>
    public bool Has(string settlement) => granted.Contains(settlement);

    /// <exception cref="MalformedException">Not <c>name:id</c>.</exception>
    internal static string Read(JsonAt json) => IsGrant(json.Text(2 * MostId)) ? json.Text() : throw json.Wrong($"name:id with 1 to {MostId} of A-Z a-z 0-9 . _ / - after the colon");

    internal void MustBeNew(string settlement)
    {
        if (!settlement.StartsWith(Paper + ":", StringComparison.Ordinal))
            throw new MarketRefusal($"{StrictJson.Shown(settlement)} is no grant of the settlement {Paper}, the only one");
        if (Has(settlement))
            throw new MarketRefusal($"the grant {StrictJson.Shown(settlement)} was made already");
        if (granted.Count == Most)
            throw new MarketRefusal($"no more than {Most} grants");
    }

    internal void Add(string settlement) => granted.Add(settlement);

    internal void Transfer(StateBytes bytes) => StateTable.Transfer(bytes, granted, string.CompareOrdinal, Most, 8, settlement =>
    {
        settlement ??= "";
        bytes.Text(ref settlement);
        return IsGrant(settlement) ? settlement : throw new MalformedException("a market's state with a grant of no settlement");
    });

    private static bool IsGrant(string text) => text.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon
        && text.Length - colon - 1 is >= 1 and <= MostId && !text.AsSpan(colon + 1).ContainsAnyExcept(IdCharacters) && !text.AsSpan(0, colon).ContainsAnyExcept(IdCharacters);
}
