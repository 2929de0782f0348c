using System.Collections.Immutable;
using Assay.Proofs.Field;
using Assay.Proofs.Hashing;
using Assay.Proofs.Models.Layers;
using Assay.Proofs.Protocol;
using Assay.Proofs.Protocol.Relations;
using Assay.Prover.Fast;
using Assay.Prover.Kernels;
using Assay.Prover.Reference;
using Assay.Prover.Reference.Relations;

namespace Assay.Prover.Tests.Kernels;

/// <summary>Sums over entries at every width and with one thread and several, against the plain sumcheck; of any values, as no relation has to hold.</summary>
public sealed class EntryTests
{
    private readonly Transcript random = new();
    private readonly Random small = new(5);

    [Theory]
    [MemberData(nameof(KernelTests.WidthsAndThreads), MemberType = typeof(KernelTests))]
    public void Sums_over_entries_say_what_the_plain_sumcheck_says(int width, int threads)
    {
        using var team = new Team(threads);
        Widths.Forced = width;
        try
        {
            // Few and many windows, short ones and long ones.
            foreach (var (rows, log) in (IEnumerable<(int, int)>)[(0, 4), (0, 7), (1, 4), (4, 5), (3, 6), (6, 4)])
                foreach (var wide in (bool[])[false, true])
                {
                    Same(team, rows, log, 4 + (wide ? 2 : 1), 2, new SoftmaxSum(SoftmaxRelation.Mix.Of(random.Challenges(1, 3)), wide), (of, e, w) => Prove(team, new SoftmaxKernel(of), e, w));
                    Same(
                        team, rows, log, 2 + (wide ? 2 : 1), 6, new NormalizeSum(new NormalizeRelation.Mix(new NormalizeLayer(0, 160, 3, 0, -128, 127), 12, random.Challenges(1, 3)), wide),
                        (of, e, w) => Prove(team, new NormalizeKernel(of), e, w));
                }
            Same(team, 0, 6, 6, 0, new LimbSum(random.Challenge(1)), (of, e, _) => Prove(team, new LimbKernel(of), [e[0], .. e[2..]], []));
        }
        finally
        {
            Widths.Forced = 0;
        }
    }

    [Theory]
    [InlineData(16, 16)]
    [InlineData(7, 12)]
    public void Rows_turn_into_columns(int rows, int columns)
    {
        uint[] from = [.. Enumerable.Range(0, rows * columns).Select(i => (uint)i)];
        var to = new uint[rows * columns];
        Turning.Turn(from, rows, columns, columns, to, rows);
        Assert.Equal(Enumerable.Range(0, to.Length).Select(i => from[i % rows * columns + i / rows]), to);
    }

    private static (Felt4[] Point, Felt4[] Entries, Felt4[] Windows, byte[] Said) Prove<TKernel>(Team team, TKernel kernel, Felt4[][] entries, Felt4[][] windows) where TKernel : struct, IEntryKernel
    {
        var proof = new ProofWriter(new Transcript());
        var arrays = new Arrays();
        var (point, said, ofWindow) = EntrySumcheck.Prove(proof, team, kernel, [.. entries.Select(e => Packed.Of(arrays, e))], windows, int.Log2(entries[0].Length));
        return (point, said, ofWindow, proof.ToArray());
    }

    // Tables: eq, inside, then columns of entries; of windows eq, then theirs.
    private void Same<TSum>(
        Team team, int rows, int log, int entries, int windows, TSum of, Func<TSum, Felt4[][], Felt4[][], (Felt4[] Point, Felt4[] Entries, Felt4[] Windows, byte[] Said)> prove) where TSum : EntrySum
    {
        Felt4[][] ofEntries = [.. Enumerable.Range(0, 2 + entries).Select(_ => random.Challenges(1, 1 << rows + log))];
        Felt4[][] ofWindows = windows == 0 ? [] : [.. Enumerable.Range(0, 1 + windows).Select(_ => random.Challenges(1, 1 << rows))];
        if (windows == 0)
            Array.Fill(ofEntries[1], Felt4.One);
        ImmutableArray<Felt4[]> spread = [.. ofWindows.Select(w => Enumerable.Range(0, 1 << rows + log).Select(i => w[i >> log]).ToArray())];
        Felt4[][] tables = [.. ofEntries.Select(t => (Felt4[])t.Clone()), .. spread];
        var plain = new ProofWriter(new Transcript());
        var expected = SumcheckProver.Prove(plain, Tags.Sumcheck, tables, 3, v => windows == 0
            ? of.At(v[2..], v[1], v[0], Felt4.One)
            : of.At([.. v[2..(2 + entries)], .. v[(3 + entries)..]], v[1], v[0], v[2 + entries]));
        var (point, said, ofWindow, bytes) = prove(of, ofEntries, ofWindows);
        Assert.Equal(expected, point);
        Assert.Equal(plain.ToArray(), bytes);
        Assert.Equal(tables[2][0], said[windows == 0 ? 1 : 2]);
        Assert.Equal(tables.Skip(2 + entries).Select(t => t[0]), ofWindow);
    }
}
