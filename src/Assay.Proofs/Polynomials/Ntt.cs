using Assay.Proofs.Field;

namespace Assay.Proofs.Polynomials;

/// <summary>The number-theoretic transform: values of a polynomial at all 2^k roots of unity, in the order of their powers. Plain; the prover's is fast and gives the same.</summary>
public static class Ntt
{
    /// <summary>Coefficients, as many as a power of two, become values at ω^0, ω^1, …, ω being <see cref="Felt.RootOfUnity"/>.</summary>
    public static void Forward(Span<Felt> values)
    {
        var log = Log(values.Length);
        Reverse(values, log);
        for (var stage = 1; stage <= log; stage++)
        {
            var (half, root) = (1 << (stage - 1), Felt.RootOfUnity(stage));
            for (var at = 0; at < values.Length; at += 2 * half)
            {
                var power = Felt.One;
                for (var i = at; i < at + half; i++)
                {
                    var odd = values[i + half] * power;
                    (values[i], values[i + half]) = (values[i] + odd, values[i] - odd);
                    power *= root;
                }
            }
        }
    }

    /// <summary>The codeword of a row (docs/spec/proofs.md section 4): its values as coefficients, at <paramref name="length"/> roots of unity.</summary>
    public static Felt4[] Encode(ReadOnlySpan<Felt4> row, int length)
    {
        var word = new Felt4[length];
        var lane = new Felt[length];
        var lanes = new Felt[4][];
        for (var c = 0; c < Felt4.Degree; c++)
        {
            Array.Clear(lane);
            for (var i = 0; i < row.Length; i++)
                lane[i] = c switch { 0 => row[i].C0, 1 => row[i].C1, 2 => row[i].C2, _ => row[i].C3 };
            Forward(lane);
            lanes[c] = [.. lane];
        }
        for (var i = 0; i < length; i++)
            word[i] = new Felt4(lanes[0][i], lanes[1][i], lanes[2][i], lanes[3][i]);
        return word;
    }

    /// <summary>The value of a row, as coefficients, at one place: what <see cref="Encode"/> has there. Even and odd powers apart, so that neither waits for the other.</summary>
    public static Felt4 At(ReadOnlySpan<Felt4> row, Felt x)
    {
        if (row.Length % 2 != 0)
            throw new ArgumentException($"a row of {row.Length}", nameof(row));
        var (square, even, odd) = (x * x, Felt4.Zero, Felt4.Zero);
        for (var i = row.Length - 2; i >= 0; i -= 2)
            (even, odd) = (even * square + row[i], odd * square + row[i + 1]);
        return even + odd * x;
    }

    private static int Log(int length) => length > 0 && int.IsPow2(length) && length <= 1 << Felt.TwoAdicity
        ? int.Log2(length)
        : throw new ArgumentException($"{length} is not a power of two up to 2^{Felt.TwoAdicity}", nameof(length));

    private static void Reverse(Span<Felt> values, int log)
    {
        for (var i = 0; i < values.Length; i++)
        {
            var j = (int)(ReverseBits((uint)i) >> (32 - log));
            if (log > 0 && i < j)
                (values[i], values[j]) = (values[j], values[i]);
        }
    }

    private static uint ReverseBits(uint v)
    {
        v = (v >> 1 & 0x5555_5555) | (v & 0x5555_5555) << 1;
        v = (v >> 2 & 0x3333_3333) | (v & 0x3333_3333) << 2;
        v = (v >> 4 & 0x0f0f_0f0f) | (v & 0x0f0f_0f0f) << 4;
        return System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(v);
    }
}
