using Assay.Market.Ledger;
using Assay.Reliability.Statistics;

namespace Assay.Market.Contracts;

/// <summary>
/// Hanson's logarithmic market scoring rule in whole numbers (docs/spec/market.md section 5): with q_i shares of outcome i sold,
/// C(q) = b ln Σ e^(q_i/b), a trade costs what C grows by, and the price of i is e^(q_i/b) / Σ e^(q_j/b).
/// </summary>
/// <remarks>
/// <para>
/// C lies between <see cref="Lower"/> and <see cref="Upper"/>, which are made of the exact floors of docs/spec/accounts.md section 2, and a
/// trade costs the upper value after it less the lower one before it, rounded up. So a maker that began with <see cref="Subsidy"/> holds
/// C(q) or more after any trades. C(q) is above each q_i, what it holds is whole, and what it pays is the largest q_i at most: it loses
/// at most ⌈b ln n⌉ − 1 units, which is below b ln n. A round trip costs nothing or more, because C comes back to where it was.
/// </para>
/// <para>R. Hanson, Logarithmic market scoring rules for modular combinatorial information aggregation, J. Prediction Markets 1, 2007.</para>
/// </remarks>
public static class Lmsr
{
    /// <summary>Outcomes that a market can have.</summary>
    public const int MostOutcomes = 8;

    /// <summary>The liquidity b, in units, is below this: how far apart the two values of C are stays below a thousandth of a unit.</summary>
    public const long MostLiquidity = 1L << 47;

    // The sum of at most eight exponentials of at most 1, in units of 2^-64, in sixteenths: below 2^63.
    private const int SumShift = 4;
    private const ulong SumOne = 1UL << (FixedPoint.Bits - SumShift);

    /// <summary>⌈b ln n⌉: what the sponsor of a market of n outcomes puts in, in units.</summary>
    public static long Subsidy(long liquidity, int outcomes = 2) => Units(Liquidity(liquidity) * FixedPoint.LnUp((ulong)Outcomes(outcomes), 1));

    /// <summary>What a trade costs, in units, rounded against whoever trades; what is paid out is below zero.</summary>
    /// <param name="sold">Shares sold of each outcome, each below 2^53 in amount.</param>
    /// <param name="outcome">Which is traded.</param>
    /// <param name="shares">More of it are sold; below zero they come back. Not 0.</param>
    public static long Cost(ReadOnlySpan<long> sold, long liquidity, int outcome, long shares)
    {
        ArgumentOutOfRangeException.ThrowIfZero(shares);
        Span<long> after = stackalloc long[Outcomes(sold.Length)];
        sold.CopyTo(after);
        after[outcome] = checked(after[outcome] + shares);
        // A share is worth between nothing and one unit, so a sale costs nothing and a purchase what it can bring, at most.
        return Math.Min(Units(Upper(after, liquidity) - Lower(sold, liquidity)), Math.Max(shares, 0));
    }

    /// <summary>A number of 2^-64 units that is at most C(q).</summary>
    public static Int128 Lower(ReadOnlySpan<long> sold, long liquidity)
    {
        var (most, sum) = Sum(sold, liquidity, up: false);
        return Whole(most) + Liquidity(liquidity) * FixedPoint.Ln((ulong)(sum >> SumShift), SumOne);
    }

    /// <summary>A number of 2^-64 units that is at least C(q).</summary>
    public static Int128 Upper(ReadOnlySpan<long> sold, long liquidity)
    {
        var (most, sum) = Sum(sold, liquidity, up: true);
        return Whole(most) + Liquidity(liquidity) * FixedPoint.LnUp((ulong)((sum + (1 << SumShift) - 1) >> SumShift), SumOne);
    }

    /// <summary>The price of a share of one outcome, in millionths of a unit, rounded down: together they miss one by less than their number.</summary>
    public static uint Price(ReadOnlySpan<long> sold, long liquidity, int outcome)
    {
        var (most, sum) = Sum(sold, liquidity, up: false);
        return (uint)(FixedPoint.Exp(Exponent(sold[outcome] - most, liquidity)) * Grid.One / sum);
    }

    /// <summary>
    /// How many shares of the first of two outcomes bring its price to a rate, the nearest below: b ln(p/(1 − p)) less what is sold of it more
    /// than of the other, in whole shares; below zero where they are to be sold.
    /// </summary>
    /// <param name="price">In millionths, 1 to 999,999.</param>
    public static long SharesToPrice(ReadOnlySpan<long> sold, long liquidity, uint price)
    {
        if (sold.Length != 2 || price is 0 or >= Grid.One)
            throw new ArgumentOutOfRangeException(nameof(price), $"no price of {price} millionths in a market of {sold.Length} outcomes");
        return (long)((Liquidity(liquidity) * FixedPoint.Ln(price, Grid.One - price)) >> FixedPoint.Bits) - (sold[0] - sold[1]);
    }

    // The largest q, and Σ e^((q_i − most)/b) in units of 2^-64, each term rounded down or each but an exact one up.
    private static (long Most, UInt128 Sum) Sum(ReadOnlySpan<long> sold, long liquidity, bool up)
    {
        _ = Outcomes(sold.Length);
        var most = sold[0];
        foreach (var q in sold)
        {
            if (q is >= Book.Limit or <= -Book.Limit)
                throw new MarketRefusal($"{q} shares of an outcome: fewer than 2^53 are possible");
            most = Math.Max(most, q);
        }
        UInt128 sum = 0;
        foreach (var q in sold)
            sum += q == most ? FixedPoint.One : FixedPoint.Exp(Exponent(q - most, liquidity) + (up ? 1 : 0)) + (up ? UInt128.One : 0);
        return (most, sum);
    }

    // ⌊x 2^64 / b⌋ for an x that is not above 0.
    private static Int128 Exponent(long x, long liquidity)
    {
        var (b, scaled) = (Liquidity(liquidity), Whole(x));
        return scaled / b - (scaled % b == 0 ? 0 : 1);
    }

    private static Int128 Whole(long units) => (Int128)units << FixedPoint.Bits;

    private static long Units(Int128 scaled) => (long)((scaled + (Int128)FixedPoint.One - 1) >> FixedPoint.Bits);

    private static Int128 Liquidity(long liquidity) => liquidity is > 0 and < MostLiquidity
        ? liquidity
        : throw new MarketRefusal($"a liquidity of {liquidity} units: from 1 to below 2^47 are possible");

    private static int Outcomes(int outcomes) => outcomes is >= 2 and <= MostOutcomes
        ? outcomes
        : throw new ArgumentOutOfRangeException(nameof(outcomes), $"a market of {outcomes} outcomes: 2 to {MostOutcomes} are possible");
}
