using System.Buffers.Binary;
using Assay.Verify.Crypto;

namespace Assay.Verify.Audits;

/// <summary>A secret that was committed to, with the place of its commitment in the provider's log.</summary>
public readonly record struct RevealedSeed(ulong Index, Hash Secret);

/// <summary>Which records of an epoch are audited, and in which order (docs/spec/audits.md section 2).</summary>
public static class AuditDraw
{
    /// <summary>Records in the largest epoch that there can be.</summary>
    public const ulong MaxRecords = 1_000_000;

    /// <summary>SHA-256(<c>"assay/audit-draw/v1\n"</c> || key id || u64be(epoch) || root || for each secret u64be(index) || secret).</summary>
    /// <param name="root">The provider's tree head at the epoch's size.</param>
    /// <param name="seeds">In ascending order of index.</param>
    public static Hash Seed(in Hash keyId, ulong epoch, in Hash root, ReadOnlySpan<RevealedSeed> seeds)
    {
        var sha = Sha256.Start();
        sha.Add("assay/audit-draw/v1\n"u8);
        sha.Add(keyId.Bytes);
        sha.Add(epoch);
        sha.Add(root.Bytes);
        foreach (ref readonly var seed in seeds)
        {
            sha.Add(seed.Index);
            sha.Add(seed.Secret.Bytes);
        }
        return sha.Finish();
    }

    /// <summary>The lot of one record: SHA-256(seed || u64be(sequence)), a big-endian number.</summary>
    public static Hash Lot(in Hash seed, ulong sequence)
    {
        Span<byte> input = stackalloc byte[Hash.Size + 8];
        seed.Bytes.CopyTo(input);
        BinaryPrimitives.WriteUInt64BigEndian(input[Hash.Size..], sequence);
        return Sha256.Of(input);
    }

    /// <summary>Sequences of the drawn records, in the order of their lots.</summary>
    /// <remarks>One hash a record; 16 bytes of memory for each drawn one.</remarks>
    /// <param name="first">The epoch's first sequence.</param>
    /// <param name="records">Records in the epoch, at most a million.</param>
    /// <param name="rate">In millionths: 1 to 1,000,000.</param>
    public static ulong[] Order(in Hash seed, ulong first, ulong records, uint rate)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(records, MaxRecords);
        ArgumentOutOfRangeException.ThrowIfZero(rate);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rate, AuditSeed.MaxRate);
        var limit = Limit(rate);
        var drawn = new List<(ulong Lot, ulong Sequence)>((int)Math.Min(records, records * rate / 1_000_000 * 5 / 4 + 64));
        for (var sequence = first; sequence < first + records; sequence++)
        {
            var lot = Lot(seed, sequence);
            if (rate == AuditSeed.MaxRate || lot.Bytes.SequenceCompareTo(limit.Bytes) < 0)
                drawn.Add((BinaryPrimitives.ReadUInt64BigEndian(lot.Bytes), sequence));
        }
        // The first 64 bits tell lots apart but once in 10^7 epochs of a million; then the whole lots do.
        var among = seed;
        drawn.Sort((a, b) => a.Lot != b.Lot
            ? a.Lot.CompareTo(b.Lot)
            : Lot(among, a.Sequence).Bytes.SequenceCompareTo(Lot(among, b.Sequence).Bytes));
        var order = new ulong[drawn.Count];
        for (var i = 0; i < order.Length; i++)
            order[i] = drawn[i].Sequence;
        return order;
    }

    /// <summary>⌊rate · 2^256 / 10^6⌋ in 32 big-endian bytes; of the rate 10^6, whose limit has no room there, zero.</summary>
    internal static Hash Limit(uint rate)
    {
        Span<byte> limit = stackalloc byte[Hash.Size];
        // Long division, 32 bits a step: the remainder stays below 10^6.
        ulong remainder = rate % AuditSeed.MaxRate;
        for (var i = 0; i < Hash.Size; i += 4)
        {
            var dividend = remainder << 32;
            BinaryPrimitives.WriteUInt32BigEndian(limit[i..], (uint)(dividend / AuditSeed.MaxRate));
            remainder = dividend % AuditSeed.MaxRate;
        }
        return Hash.From(limit);
    }
}
