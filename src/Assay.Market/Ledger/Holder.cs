namespace Assay.Market.Ledger;

/// <summary>Kinds of holders (docs/spec/market.md section 2). Their numbers are part of a state's encoding.</summary>
public enum HolderKind : byte
{
    Participant = 0,
    Issuer = 1,
    Pool = 2,
    Policy = 3,
    Maker = 4,
    Sets = 5,
    Bond = 6,
    Coupon = 7,
    Stake = 8,
    Order = 9,
}

/// <summary>Whoever has balances in the book.</summary>
/// <param name="Number">Of the participant, policy, contract, series, auditor or order; else 0.</param>
public readonly record struct Holder(HolderKind Kind, ulong Number) : IComparable<Holder>
{
    public static Holder Issuer { get; } = new(HolderKind.Issuer, 0);

    public static Holder Pool { get; } = new(HolderKind.Pool, 0);

    public static Holder Participant(ulong number) => new(HolderKind.Participant, number);

    public int CompareTo(Holder other) => Kind != other.Kind ? Kind.CompareTo(other.Kind) : Number.CompareTo(other.Number);
}
