using System.Buffers.Binary;
using System.Numerics;
using Assay.Verify.Audits;
using Assay.Verify.Crypto;
using Assay.Verify.Merkle;

namespace Assay.Verify.Tests.Audits;

public class AuditDrawTests
{
    [Theory]
    [InlineData(0, 1, 1_000_000)]
    [InlineData(5, 1000, 1)]
    [InlineData(5, 1000, 50_000)]
    [InlineData(0, 3000, 333_333)]
    [InlineData((1UL << 53) - 2000, 1000, 999_999)]
    [InlineData(7, 1000, 1_000_000)]
    public void The_draw_is_that_of_the_plain_definition(ulong first, ulong records, uint rate)
    {
        for (var round = 0; round < 3; round++)
        {
            var seed = AuditedLog.Word($"draw {round}");
            Assert.Equal(Plainly(seed, first, records, rate), AuditDraw.Order(seed, first, records, rate));
        }
    }

    [Fact]
    public void The_limit_is_the_rate_of_all_lots()
    {
        foreach (var rate in (uint[])[1, 2, 3, 10, 499_999, 500_000, 500_001, 999_999])
            Assert.Equal((BigInteger.One << 256) * rate / 1_000_000, Number(AuditDraw.Limit(rate)));
    }

    [Fact]
    public void A_lower_rate_draws_a_part_in_the_same_order()
    {
        var seed = AuditedLog.Word("nested");
        var (wide, narrow) = (AuditDraw.Order(seed, 0, 5000, 200_000), AuditDraw.Order(seed, 0, 5000, 40_000));
        Assert.InRange(wide.Length, 850, 1150);
        Assert.Equal(wide.Take(narrow.Length), narrow);
    }

    [Fact]
    public void Each_secret_and_each_index_changes_the_draw()
    {
        RevealedSeed[] seeds = [new(3, AuditedLog.Word("a")), new(5, AuditedLog.Word("b"))];
        Hash[] all =
        [
            AuditDraw.Seed(default, 0, default, seeds), AuditDraw.Seed(default, 0, default, seeds.AsSpan(0, 1)), AuditDraw.Seed(default, 0, default, seeds.AsSpan(1)),
            AuditDraw.Seed(default, 1, default, seeds), AuditDraw.Seed(AuditedLog.Word("k"), 0, default, seeds), AuditDraw.Seed(default, 0, AuditedLog.Word("r"), seeds),
            AuditDraw.Seed(default, 0, default, [seeds[0] with { Index = 4 }, seeds[1]]),
        ];
        Assert.Equal(all.Length, all.Distinct().Count());
    }

    [Fact]
    public void Work_is_another_for_each_auditor_draw_record_and_trace()
    {
        var (a, b) = (AuditedLog.Word("a"), AuditedLog.Word("b"));
        Hash[] all = [AuditWork.Leaf(a, a, 1, a), AuditWork.Leaf(b, a, 1, a), AuditWork.Leaf(a, b, 1, a), AuditWork.Leaf(a, a, 2, a), AuditWork.Leaf(a, a, 1, b)];
        Assert.Equal(all.Length, all.Distinct().Count());
        Assert.Equal(MerkleTree.Head([.. all.Select(l => MerkleTree.LeafHash(l.Bytes))]), AuditWork.Root(all));
    }

    private static ulong[] Plainly(Hash seed, ulong first, ulong records, uint rate)
    {
        var lots = new List<(BigInteger Lot, ulong Sequence)>();
        for (ulong i = 0; i < records; i++)
        {
            var input = new byte[40];
            seed.Bytes.CopyTo(input);
            BinaryPrimitives.WriteUInt64BigEndian(input.AsSpan(32), first + i);
            lots.Add((Number(Hash.From(System.Security.Cryptography.SHA256.HashData(input))), first + i));
        }
        var limit = (BigInteger.One << 256) * rate / 1_000_000;
        return [.. lots.Where(l => l.Lot < limit).OrderBy(l => l.Lot).Select(l => l.Sequence)];
    }

    private static BigInteger Number(Hash hash) => new(hash.Bytes, isUnsigned: true, isBigEndian: true);
}
