using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Assay.Proofs.Field;

namespace Assay.Proofs.Hashing;

/// <summary>
/// Challenges from all that was said before them (docs/spec/proofs.md section 3; Fiat and Shamir 1986). What is not absorbed cannot be
/// read from a proof: readers take messages through this.
/// </summary>
/// <remarks>
/// <code>
/// S₀             = derive_key("assay.proofs/1 transcript")
/// absorb(t, b)   S ← K_S(1 || t || u64le(|b|) || b)
/// squeeze(t)     the output of K_S(2 || t), then S ← K_S(3 || t)
/// </code>
/// Not for several threads.
/// </remarks>
public sealed class Transcript
{
    private const int BitsOfWord = 31;

    private byte[] state;

    public Transcript() => state = Blake3.StartDerivingKey("assay.proofs/1 transcript"u8).Finish();

    /// <summary>The prover says something, or something is known to both.</summary>
    /// <param name="tag">What it is; none stands for two things.</param>
    public void Absorb(byte tag, ReadOnlySpan<byte> bytes)
    {
        Span<byte> head = stackalloc byte[10];
        (head[0], head[1]) = (1, tag);
        BinaryPrimitives.WriteUInt64LittleEndian(head[2..], (ulong)bytes.Length);
        var hash = Blake3.StartKeyed(state);
        hash.Add(head);
        hash.Add(bytes);
        state = hash.Finish();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Absorb(byte tag, ReadOnlySpan<Felt4> values)
    {
        var bytes = new byte[values.Length * 16];
        for (var i = 0; i < values.Length; i++)
            Write(values[i], bytes.AsSpan(16 * i));
        Absorb(tag, bytes);
    }

    /// <summary>So many elements of the extension, each as likely as any other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public Felt4[] Challenges(byte tag, int count)
    {
        var words = new Words(Squeeze(tag));
        var values = new Felt4[count];
        for (var i = 0; i < count; i++)
            values[i] = new Felt4(words.Element(), words.Element(), words.Element(), words.Element());
        return values;
    }

    public Felt4 Challenge(byte tag) => Challenges(tag, 1)[0];

    /// <summary>So many indices below 2^<paramref name="log"/>, with replacement.</summary>
    public int[] Indices(byte tag, int count, int log)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)log, (uint)BitsOfWord - 1);
        var words = new Words(Squeeze(tag));
        var indices = new int[count];
        for (var i = 0; i < count; i++)
            indices[i] = (int)(words.Next() & ((1u << log) - 1));
        return indices;
    }

    /// <summary>c0 … c3, each u32le of its canonical value.</summary>
    public static void Write(Felt4 value, Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value.C0.Value);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[4..], value.C1.Value);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[8..], value.C2.Value);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[12..], value.C3.Value);
    }

    private Blake3 Squeeze(byte tag)
    {
        var output = Blake3.StartKeyed(state);
        output.Add([2, tag]);
        var next = Blake3.StartKeyed(state);
        next.Add([3, tag]);
        state = next.Finish();
        return output;
    }

    // Words of 31 bits from an output of any length: one of p or more is no element, and is passed over (2^-7 of them are).
    private ref struct Words(Blake3 output)
    {
        private byte[] bytes = [];
        private int at;

        public uint Next()
        {
            if (at == bytes.Length)
            {
                var longer = new byte[Math.Max(256, 2 * bytes.Length)];
                output.Finish(longer);
                bytes = longer;
            }
            var word = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at));
            at += 4;
            return word & 0x7fff_ffff;
        }

        public Felt Element()
        {
            while (true)
                if (Next() is var word and < Felt.Modulus)
                    return Felt.From(word);
        }
    }
}
