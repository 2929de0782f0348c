namespace Assay.Engine.Tests.Numerics;

internal static class Ulps
{
    /// <summary>Distance in units of the last place of the float32 nearest to what is expected; 0 where both overflow or are NaN.</summary>
    public static double Between(float actual, double expected)
    {
        var rounded = (float)expected;
        if (float.IsInfinity(rounded) || float.IsInfinity(actual) || float.IsNaN(rounded) || float.IsNaN(actual))
            return actual.Equals(rounded) ? 0 : float.IsInfinity(rounded) && Math.Abs(actual) == float.MaxValue ? 1 : double.PositiveInfinity;
        // The exponent of the expected value from its bits; below 2^-126 all last places are 2^-149.
        var exponent = (int)((BitConverter.DoubleToInt64Bits(expected) >> 52) & 0x7FF) - 1023;
        return Math.Abs(actual - expected) * BitConverter.Int64BitsToDouble((23L - Math.Max(-126, exponent) + 1023) << 52);
    }
}
