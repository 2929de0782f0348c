using Assay.Proofs.Field;
using Assay.Proofs.Hashing;
using Assay.Proofs.Polynomials;
using Assay.Proofs.Protocol;
using Assay.Prover.Kernels;
using Assay.Prover.Reference;

namespace Assay.Prover.Tests.Kernels;

/// <summary>Every kernel at every width and with one thread and several, against plain code.</summary>
public sealed class KernelTests
{
    private readonly Transcript random = new();
    private readonly Random small = new(11);

    public static TheoryData<int, int> WidthsAndThreads => new() { { 128, 1 }, { 256, 2 }, { 512, 1 }, { 512, 3 } };

    [Theory]
    [MemberData(nameof(WidthsAndThreads))]
    public void A_tree_says_what_the_plain_one_says(int width, int threads) => With(width, threads, team =>
    {
        foreach (var depth in (int[])[1, 5, 6, 7, 11])
        {
            var (p, q) = (random.Challenges(1, 1 << depth).Select(v => v.C1).ToArray(), random.Challenges(2, 1 << depth));
            var (plain, fast) = (new ProofWriter(new Transcript()), new ProofWriter(new Transcript()));
            var expected = LogUpProver.Prove(plain, [.. p.Select(v => (Felt4)v)], [.. q]);
            Assert.Equal(expected, FractionTree.Prove(fast, team, new Arrays(), [.. p.Select(v => v.Form)], Packed.Of(new Arrays(), q), depth));
            Assert.Equal(plain.ToArray(), fast.ToArray());
        }
    });

    [Theory]
    [MemberData(nameof(WidthsAndThreads))]
    public void Pairs_say_what_the_plain_sumcheck_says(int width, int threads) => With(width, threads, team =>
    {
        var arrays = new Arrays();
        foreach (var log in (int[])[0, 3, 4, 5, 10])
        {
            Felt4[][] tables = [.. Enumerable.Range(0, 6).Select(i => random.Challenges(1, 1 << log))];
            var sum = Enumerable.Range(0, 1 << log).Aggregate(Felt4.Zero, (s, i) => s + tables[0][i] * tables[1][i] + tables[2][i] * tables[3][i] + tables[4][i] * tables[5][i]);
            List<(uint[], uint[])> packed = [(Packed.Of(arrays, tables[0]), Packed.Of(arrays, tables[1])), (Packed.Of(arrays, tables[2]), Packed.Of(arrays, tables[3])), (Packed.Of(arrays, tables[4]), Packed.Of(arrays, tables[5]))];
            var (plain, fast) = (new ProofWriter(new Transcript()), new ProofWriter(new Transcript()));
            var expected = SumcheckProver.Prove(plain, Tags.Sumcheck, tables, 2, v => v[0] * v[1] + v[2] * v[3] + v[4] * v[5]);
            Assert.Equal(expected, Sumchecks.Pairs(fast, team, Tags.Sumcheck, sum, packed, log));
            Assert.Equal(plain.ToArray(), fast.ToArray());
        }
    });

    [Theory]
    [MemberData(nameof(WidthsAndThreads))]
    public void Weights_of_eight_bits_are_combined_exactly(int width, int threads) => With(width, threads, team =>
    {
        foreach (var (rows, columns) in (IEnumerable<(int, int)>)[(1, 32), (3, 4), (257, 64), (600, 96)])
        {
            // The largest of both signs too.
            sbyte[] weights = [.. Enumerable.Range(0, rows * columns).Select(i => (sbyte)(i % 3 == 0 ? -128 : i % 3 == 1 ? 127 : small.Next(-128, 128)))];
            var factors = random.Challenges(1, rows);
            factors[0] = new Felt4(Felt.From(Felt.Modulus - 1), Felt.From(Felt.Modulus / 2), Felt.From(Felt.Modulus / 2 + 1), Felt.Zero);
            var combined = ByteRows.Combine(team, new Arrays(), weights, columns, factors);
            for (var k = 0; k < columns; k++)
                Assert.Equal(Enumerable.Range(0, rows).Aggregate(Felt4.Zero, (s, r) => s + factors[r] * Felt.From((long)weights[r * columns + k])), Packed.Get(combined, k));
        }
    });

    [Theory]
    [MemberData(nameof(WidthsAndThreads))]
    public void Products_of_eight_bits_are_exact(int width, int threads) => With(width, threads, team =>
    {
        foreach (var (outputs, places, inner) in (IEnumerable<(int, int, int)>)[(1, 1, 1), (5, 3, 12), (7, 6, 64), (40, 5, 1024)])
        {
            sbyte[] weights = [.. Enumerable.Range(0, outputs * inner).Select(i => (sbyte)(i % 2 == 0 ? -127 : small.Next(-127, 128)))];
            short[] x = [.. Enumerable.Range(0, places * inner).Select(i => (short)(i % 2 == 0 ? 255 : small.Next(-255, 256)))];
            var sums = new int[places * outputs];
            ByteProducts.Multiply(team, weights, outputs, x, places, inner, sums);
            for (var p = 0; p < places; p++)
                for (var j = 0; j < outputs; j++)
                    Assert.Equal(Enumerable.Range(0, inner).Sum(k => weights[j * inner + k] * x[p * inner + k]), sums[p * outputs + j]);
        }
    });

    [Theory]
    [MemberData(nameof(WidthsAndThreads))]
    public void Combinations_of_integers_and_their_extensions_are_exact(int width, int threads) => With(width, threads, team =>
    {
        foreach (var log in (int[])[4, 6, 10])
        {
            int[][] columns = [.. Enumerable.Range(0, 3).Select(_ => Enumerable.Range(0, 1 << log).Select(_ => small.Next(-(1 << 30), 1 << 30)).ToArray())];
            var (factors, point) = (random.Challenges(1, 4), random.Challenges(2, log));
            var combination = new Combination { Constant = factors[3] };
            for (var c = 0; c < 3; c++)
                combination.Add(columns[c], 0, factors[c]);
            var words = new uint[Packed.WordsOf(1 << log)];
            combination.Fill(team, words, 0, 1 << log);
            for (var i = 0; i < 1 << log; i++)
            {
                var expected = factors[3] + columns.Zip(factors).Aggregate(Felt4.Zero, (s, c) => s + c.Second * Felt.From((long)c.First[i]));
                Assert.Equal(expected, Packed.Get(words, i));
                Assert.Equal(expected, combination.At(i));
            }
            Assert.Equal(Multilinear.Evaluate(ProofOperations.Elements(columns[0]), point), IntColumns.At(team, columns[0], point));
            Assert.Equal(Multilinear.EqTable(point), Packed.ToArray(EqTables.Of(point), 1 << log));
        }
    });

    [Theory]
    [MemberData(nameof(WidthsAndThreads))]
    public void A_tree_of_hashes_is_the_plain_one(int width, int threads) => With(width, threads, team =>
    {
        foreach (var log in (int[])[0, 3, 6])
        {
            byte[][] leaves = [.. Enumerable.Range(0, 1 << log).Select(i => Blake3.Hash([(byte)i]))];
            var (plain, words) = (ColumnHash.Tree(leaves), new uint[8 << log]);
            leaves.SelectMany(l => l).ToArray().CopyTo(System.Runtime.InteropServices.MemoryMarshal.AsBytes(words.AsSpan()));
            var tree = new MerkleTree(team, new Arrays(), words);
            for (var level = 0; level <= log; level++)
                for (var i = 0; i < plain[level].Length; i++)
                    Assert.Equal(plain[level][i], tree.Node(level, i));
        }
    });

    [Fact]
    public void What_a_piece_throws_reaches_the_caller_and_the_team_goes_on()
    {
        using var team = new Team(3);
        for (var round = 0; round < 20; round++)
        {
            Assert.Throws<InvalidOperationException>(() => team.Run(10, i => Throw(i == 7)));
            var done = 0;
            team.Run(100, _ => Interlocked.Increment(ref done));
            Assert.Equal(100, done);
        }
    }

    private static void Throw(bool now)
    {
        if (now)
            throw new InvalidOperationException();
    }

    // Other tests run at the same time in whatever width is set: all give the same.
    private static void With(int width, int threads, Action<Team> test)
    {
        using var team = new Team(threads);
        Widths.Forced = width;
        try
        {
            test(team);
        }
        finally
        {
            Widths.Forced = 0;
        }
    }
}
