namespace Assay.Market.Ledger;

/// <summary>Kinds of what is held (docs/spec/market.md section 2). Their numbers are part of a state's encoding.</summary>
public enum AssetKind : byte
{
    Unit = 0,
    PoolShare = 1,
    Cover = 2,
    Yes = 3,
    No = 4,
    Bond = 5,
}

/// <summary>What balances are counted in.</summary>
/// <param name="Number">Of the policy, contract or series; else 0.</param>
public readonly record struct Asset(AssetKind Kind, ulong Number) : IComparable<Asset>
{
    /// <summary>Paper units.</summary>
    public static Asset Unit { get; } = new(AssetKind.Unit, 0);

    public static Asset PoolShare { get; } = new(AssetKind.PoolShare, 0);

    public int CompareTo(Asset other) => Kind != other.Kind ? Kind.CompareTo(other.Kind) : Number.CompareTo(other.Number);
}
