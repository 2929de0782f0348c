using Assay.Verify.Json;

namespace Assay.Market.Ledger;

/// <summary>What assets are called in events (docs/spec/market.md section 2).</summary>
public static class AssetNames
{
    private static readonly string[] Names = ["unit", "pool", "cover", "yes", "no", "bond"];

    public static string Name(this AssetKind kind) => Names[(int)kind];

    /// <exception cref="Verify.MalformedException">None of them.</exception>
    public static AssetKind Read(JsonAt json) => Array.IndexOf(Names, json.Text()) is >= 0 and var kind ? (AssetKind)kind : throw json.Wrong("one of " + string.Join(", ", Names));
}
