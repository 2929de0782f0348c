using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Assay.Proofs.Field;
using Assay.Proofs.Hashing;

namespace Assay.Proofs.Protocol;

/// <summary>What messages are, for the transcript: no tag stands for two things.</summary>
public static class Tags
{
    public const byte Root = 16, TreeRoot = 17, TreeRound = 18, TreeLeaf = 19, Sumcheck = 20, Evaluations = 21, ColumnRound = 22, ColumnEvaluations = 23, CombinedRow = 24;

    /// <summary>What a proof about a model's matrix begins with, in the place of tag 1.</summary>
    public const byte ModelProof = 6;

    public const byte Challenge = 64, Indices = 65;
}

/// <summary>
/// A proof as it is read: whatever is taken out of it has been absorbed, so no challenge can come before what it depends on
/// (docs/spec/proofs.md section 2). No message says its own length.
/// </summary>
public sealed class ProofReader
{
    private readonly ReadOnlyMemory<byte> proof;

    public ProofReader(ReadOnlyMemory<byte> proof, Transcript transcript) : this(proof, transcript, ProofChecks.All) { }

    internal ProofReader(ReadOnlyMemory<byte> proof, Transcript transcript, ProofChecks checks) => (this.proof, Transcript, Checks) = (proof, transcript, checks);

    public Transcript Transcript { get; }

    internal ProofChecks Checks { get; }

    /// <summary>Bytes that were taken.</summary>
    internal int At { get; private set; }

    /// <summary>Of all sumchecks whose error is counted one by one, degree times rounds (docs/spec/proofs.md section 9).</summary>
    internal ulong SumcheckDegrees { get; private set; }

    /// <summary>Of all other challenges, those of the tree and the opening aside.</summary>
    internal ulong Mixing { get; private set; }

    /// <summary>Challenges in each of which what is compared is of degree one.</summary>
    internal Felt4[] Challenges(int count)
    {
        Mixing += (ulong)count;
        return Transcript.Challenges(Tags.Challenge, count);
    }

    /// <summary>Polynomials are compared at a point of so many coordinates that was drawn for something else.</summary>
    internal void Compared(int coordinates) => Mixing += (ulong)coordinates;

    /// <summary>A sumcheck was read.</summary>
    internal void Count(int rounds, int degree) => SumcheckDegrees += (ulong)rounds * (ulong)degree;

    /// <exception cref="ProofRefused">It does not hold.</exception>
    internal void Require(bool holds, ProofCheck check) => Checks.Require(holds, check);

    /// <summary>The next elements.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal Felt4[] Take(byte tag, int count)
    {
        var bytes = TakeBytes(16 * (long)count);
        Transcript.Absorb(tag, bytes);
        var values = new Felt4[count];
        for (var i = 0; i < count; i++)
            values[i] = new Felt4(Word(bytes[(16 * i)..]), Word(bytes[(16 * i + 4)..]), Word(bytes[(16 * i + 8)..]), Word(bytes[(16 * i + 12)..]));
        return values;
    }

    /// <summary>A root, before the challenges that rest on it.</summary>
    internal byte[] TakeRoot(byte tag)
    {
        var bytes = TakeBytes(Blake3.Size);
        Transcript.Absorb(tag, bytes);
        return bytes.ToArray();
    }

    /// <summary>Elements of the base field that come after the last challenge: canonical words.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal int[] TakeLast(int count)
    {
        var bytes = TakeBytes(4 * (long)count);
        var values = new int[count];
        for (var i = 0; i < count; i++)
            values[i] = (int)Canonical(bytes[(4 * i)..]);
        return values;
    }

    /// <summary>Hashes that come after the last challenge.</summary>
    internal ReadOnlySpan<byte> TakeHash() => TakeBytes(Blake3.Size);

    internal void End() => Require(At == proof.Length, ProofCheck.End);

    private ReadOnlySpan<byte> TakeBytes(long count)
    {
        var left = Math.Max(0, proof.Length - At);
        Require(count <= left, ProofCheck.Framing);
        var bytes = proof.Span[(proof.Length - left)..];
        At = checked(At + (int)count);
        if (count <= left)
            return bytes[..(int)count];
        // Only where that check is left out: what is not there is zero.
        var padded = new byte[count];
        bytes.CopyTo(padded);
        return padded;
    }

    private Felt Word(ReadOnlySpan<byte> bytes) => Felt.From(Canonical(bytes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint Canonical(ReadOnlySpan<byte> bytes)
    {
        var word = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        Require(word < Felt.Modulus, ProofCheck.Canonical);
        // Only where that check is left out is it not canonical.
        return word % Felt.Modulus;
    }
}

/// <summary>A proof as it is written: the mirror of <see cref="ProofReader"/>.</summary>
public sealed class ProofWriter(Transcript transcript)
{
    private readonly MemoryStream proof = new();

    public Transcript Transcript { get; } = transcript;

    /// <summary>What a prover that lies says instead of a message: for tests of the verifier.</summary>
    internal Func<byte, byte[], byte[]>? Instead { get; init; }

    public byte[] ToArray() => proof.ToArray();

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Put(byte tag, params ReadOnlySpan<Felt4> values)
    {
        var bytes = new byte[16 * values.Length];
        for (var i = 0; i < values.Length; i++)
            Transcript.Write(values[i], bytes.AsSpan(16 * i));
        bytes = Instead?.Invoke(tag, bytes) ?? bytes;
        Transcript.Absorb(tag, bytes);
        proof.Write(bytes);
    }

    public void PutRoot(byte tag, ReadOnlySpan<byte> root)
    {
        Transcript.Absorb(tag, root);
        proof.Write(root);
    }

    /// <summary>After the last challenge.</summary>
    public void PutLast(ReadOnlySpan<Felt> values)
    {
        Span<byte> word = stackalloc byte[4];
        foreach (var value in values)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(word, value.Value);
            proof.Write(word);
        }
    }

    /// <summary>After the last challenge: canonical values.</summary>
    public void PutLast(ReadOnlySpan<uint> values)
    {
        if (BitConverter.IsLittleEndian)
        {
            proof.Write(MemoryMarshal.AsBytes(values));
            return;
        }
        Span<byte> word = stackalloc byte[4];
        foreach (var value in values)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(word, value);
            proof.Write(word);
        }
    }

    /// <summary>After the last challenge.</summary>
    public void PutHash(ReadOnlySpan<byte> hash) => proof.Write(hash);
}
