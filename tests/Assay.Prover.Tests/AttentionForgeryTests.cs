using Assay.Proofs.Field;
using Assay.Proofs.Models;
using Assay.Proofs.Models.Layers;
using Assay.Proofs.Protocol;
using Assay.Prover.Reference;

namespace Assay.Prover.Tests;

/// <summary>
/// Provers that lie about softmax, normalisation and products of activations, each as well as it can: all else is made to fit the lie. Each is
/// refused by the check that is for it, and nothing but that check stands against it.
/// </summary>
public sealed class AttentionForgeryTests
{
    // Of the columns of a softmax's entries; a remainder has one column or three.
    private const int Y = SoftmaxLayer.Output, E = SoftmaxLayer.Exponential, Selector = SoftmaxLayer.Selector;

    private static readonly ScaleGroup Group = new(20011, 20, 3, -128, 127, []);

    public static TheoryData<string, ProofCheck, int> Softmaxes => Cases(
        ("quotient one more, and the rest", ProofCheck.RootNumerator), ("quotient one less, and the rest", ProofCheck.RootNumerator), ("quotient one more", ProofCheck.Zerocheck),
        ("a maximum that is in no entry", ProofCheck.Zerocheck), ("a maximum that is in no entry, nothing selected", ProofCheck.Zerocheck), ("the second largest", ProofCheck.RootNumerator),
        ("the exponent of another difference", ProofCheck.RootNumerator), ("a padded entry counted", ProofCheck.Zerocheck), ("an entry beyond the window counted", ProofCheck.Zerocheck),
        ("an entry beyond the window shown", ProofCheck.Zerocheck), ("an entry beyond the window one more, and the rest", ProofCheck.RootNumerator), ("a sum that is not the entries'", ProofCheck.Zerocheck),
        ("a padded window", ProofCheck.RootNumerator));

    public static TheoryData<string, ProofCheck, int> Normalisations => Cases(
        ("mean one more, and its rest", ProofCheck.RootNumerator), ("mean one less, and its rest", ProofCheck.RootNumerator), ("mean one more", ProofCheck.Zerocheck), ("squares one more", ProofCheck.Zerocheck),
        ("root one more", ProofCheck.RootNumerator), ("root one less", ProofCheck.RootNumerator), ("root one more, excess kept", ProofCheck.Zerocheck), ("no root", ProofCheck.RootNumerator),
        ("the other root modulo p", ProofCheck.RootNumerator), ("root of another window", ProofCheck.RootNumerator), ("quotient one more, and the rest", ProofCheck.RootNumerator),
        ("quotient one more", ProofCheck.Zerocheck), ("another value of a quotient", ProofCheck.RootNumerator), ("a padded entry counted", ProofCheck.Zerocheck),
        ("a padded entry normalised", ProofCheck.Zerocheck));

    [Theory]
    [MemberData(nameof(Softmaxes))]
    public void A_forged_softmax_is_refused(string lie, ProofCheck check, int logRange)
    {
        var proved = new ProvedModel(new Random(31), new ProofModel([3, 5], -3, [new SoftmaxLayer(0, AttentionTests.Exponents(2048), Causal: true)], ProvedModel.Small with { LogRange = logRange }), 1);
        // Row 2 has three entries of five of eight places.
        var figures = Figures.Of(proved, 0);
        var (layer, shape) = ((SoftmaxLayer)proved.Model.Layers[0], proved.Plan.Shapes[1]);
        int[] inside = [.. Enumerable.Range(0, 1 << shape.Log).Select(new WindowColumn(shape, causal: true).At)];
        var (e, x, max, sum) = (figures.Entries[E], figures.Entries[^3], figures.Windows[0], figures.Windows[1]);
        const int row = 2, at = row << 3;
        var largest = Enumerable.Range(at, 3).MaxBy(p => x[p]);
        switch (lie)
        {
            case "quotient one more, and the rest":
                Quotient(at + 1, 1, alsoRest: true);
                break;
            case "quotient one less, and the rest":
                Quotient(largest, -1, alsoRest: true);
                break;
            case "quotient one more":
                Quotient(at + 1, 1, alsoRest: false);
                break;
            case "a maximum that is in no entry" or "a maximum that is in no entry, nothing selected":
                max[row]++;
                for (var p = at; p < at + 3; p++)
                    e[p] = layer.Exponents[max[row] - x[p]];
                sum[row] = e[at] + e[at + 1] + e[at + 2];
                if (lie.Contains(',', StringComparison.Ordinal))
                    figures.Entries[Selector][largest] = 0;
                Divide();
                break;
            case "the second largest":
                var second = Enumerable.Range(at, 3).Where(p => p != largest).MaxBy(p => x[p]);
                (max[row], figures.Entries[Selector][largest], figures.Entries[Selector][second]) = (x[second], 0, 1);
                for (var p = at; p < at + 3; p++)
                    e[p] = layer.Exponents[Math.Max(0, max[row] - x[p])];
                sum[row] = e[at] + e[at + 1] + e[at + 2];
                Divide();
                break;
            case "the exponent of another difference":
                e[at + 1] += 40;
                sum[row] += 40;
                Divide();
                break;
            case "a padded entry counted" or "an entry beyond the window counted":
                var counted = at + (lie[2] == 'p' ? 6 : 4);
                (e[counted], sum[row]) = (700, sum[row] + 700);
                Divide();
                break;
            case "an entry beyond the window shown":
                (inside[at + 4], e[at + 4], sum[row]) = (1, 700, sum[row] + 700);
                Divide();
                break;
            case "an entry beyond the window one more, and the rest":
                Quotient(at + 4, 1, alsoRest: true);
                break;
            case "a sum that is not the entries'":
                sum[row] += 5;
                Divide();
                break;
            default:
                Quotient(3 << 3, -1, alsoRest: true);
                break;
        }
        figures.Refused(check);

        void Divide()
        {
            for (var p = at; p < at + 8; p++)
            {
                (figures.Entries[^2][p], figures.Entries[^1][p]) = (max[row], sum[row]);
                var (quotient, rest) = Math.DivRem(inside[p] * SoftmaxLayer.Scale * e[p] + sum[row], 2 * sum[row]);
                figures.Entries[Y][p] = quotient - 128;
                figures.Rest(SoftmaxLayer.Rest, p, rest, 2 * sum[row]);
            }
        }

        void Quotient(int p, int by, bool alsoRest)
        {
            var (divisor, rest) = (2 * sum[p >> 3], figures.RestOf(SoftmaxLayer.Rest, p));
            figures.Entries[Y][p] += by;
            figures.Rest(SoftmaxLayer.Rest, p, alsoRest ? rest - by * divisor : rest, divisor);
        }
    }

    [Theory]
    [MemberData(nameof(Normalisations))]
    public void A_forged_normalisation_is_refused(string lie, ProofCheck check, int logRange)
    {
        var layer = new NormalizeLayer(0, 50, 5, 1, -128, 127);
        var proved = new ProvedModel(new Random(33), new ProofModel([3, 5], -3, [layer], ProvedModel.Small with { LogRange = logRange }), 1);
        var figures = Figures.Of(proved, 0);
        var x = proved.Run.Tensors[0];
        int[] inside = [.. Enumerable.Range(0, 8).Select(j => j < 5 ? 1 : 0)];
        const int row = 1, at = row << 3, n = 5;
        var factor = NormalizeLayer.FactorOf(n);
        ref int mean = ref figures.Windows[NormalizeLayer.Mean][row], meanRest = ref figures.Windows[NormalizeLayer.MeanRest][row];
        ref int root = ref figures.Windows[NormalizeLayer.Root][row], squares = ref figures.Windows[NormalizeLayer.Squares][row];
        long excess = figures.Windows[NormalizeLayer.Excess][row] + (figures.Windows[NormalizeLayer.ExcessAbove][row] << 11);
        switch (lie)
        {
            case "mean one more, and its rest" or "mean one less, and its rest":
                var by = lie.Contains("more", StringComparison.Ordinal) ? 1 : -1;
                (mean, meanRest) = (mean + by, meanRest - by * n);
                root = NormalizeLayer.RootOf(Variance());
                excess = Excess();
                break;
            case "mean one more":
                mean++;
                root = NormalizeLayer.RootOf(Variance());
                excess = Excess();
                break;
            case "squares one more":
                squares++;
                root = NormalizeLayer.RootOf(Variance());
                excess = Excess();
                break;
            case "root one more":
                root++;
                excess = Excess();
                break;
            case "root one less":
                root--;
                excess = Excess();
                break;
            case "root one more, excess kept":
                root++;
                break;
            case "no root":
                root = 0;
                excess = Excess();
                break;
            case "the other root modulo p":
                // s² − s + 1 ≤ V + p ≤ s² + s: it is above what two limbs of base 16 can be.
                root = NormalizeLayer.RootOf(Variance() + Felt.Modulus);
                Assert.InRange(root, 34800, 67551);
                excess = Excess() + Felt.Modulus;
                break;
            case "root of another window":
                root = figures.Windows[NormalizeLayer.Root][0];
                excess = Excess();
                break;
            case "a padded entry counted":
                // As if there were a sixth entry, the padding beside the window; n stays what it is.
                var value = x[at + n];
                squares += value * value;
                (mean, meanRest) = Floor(factor * (Enumerable.Range(at, n + 1).Sum(p => x[p])) + n / 2, n);
                root = NormalizeLayer.RootOf(Variance());
                excess = Excess();
                break;
            case "a padded entry normalised":
                inside[6] = 1;
                break;
        }
        figures.Windows[NormalizeLayer.MeanAbove][row] = Math.Clamp((mean + 128 * factor) / 32, 0, 2047);
        figures.Windows[NormalizeLayer.RootAbove][row] = root / 16;
        (figures.Windows[NormalizeLayer.Excess][row], figures.Windows[NormalizeLayer.ExcessAbove][row]) = ((int)(excess & 2047), (int)(excess >> 11));
        figures.Windows[NormalizeLayer.OppositeAbove][row] = (int)(2L * root - 1 - excess >> 11);
        for (var j = 0; j < 8; j++)
        {
            var p = at + j;
            var scaled = inside[j] * 2 * layer.Gain * (factor * x[p] - mean) + root;
            var (quotient, rest) = root == 0 ? (0, scaled) : Floor(scaled, 2 * root);
            (figures.Entries[NormalizeLayer.Quotient][p], figures.Entries[NormalizeLayer.Output][p]) = (quotient, layer.Clamped(quotient));
            (figures.Entries[^4][p], figures.Entries[^3][p], figures.Entries[^2][p], figures.Entries[^1][p]) = (root, mean, meanRest, squares);
            figures.Rest(NormalizeLayer.Rest, p, rest, 2 * root);
        }
        if (lie.StartsWith("quotient", StringComparison.Ordinal))
        {
            var rest = figures.RestOf(NormalizeLayer.Rest, at + 2);
            figures.Entries[NormalizeLayer.Output][at + 2] = layer.Clamped(++figures.Entries[NormalizeLayer.Quotient][at + 2]);
            figures.Rest(NormalizeLayer.Rest, at + 2, lie.EndsWith("rest", StringComparison.Ordinal) ? rest - 2 * root : rest, 2 * root);
        }
        if (lie == "another value of a quotient")
            figures.Entries[NormalizeLayer.Output][at + 2]++;
        figures.Refused(check);

        long Variance() => (long)factor * factor * figures.Windows[NormalizeLayer.Squares][row] + layer.Epsilon
            - (long)figures.Windows[NormalizeLayer.Mean][row] * (n * figures.Windows[NormalizeLayer.Mean][row] + 2 * (figures.Windows[NormalizeLayer.MeanRest][row] - n / 2));

        long Excess() => Variance() - (long)figures.Windows[NormalizeLayer.Root][row] * figures.Windows[NormalizeLayer.Root][row] + figures.Windows[NormalizeLayer.Root][row] - 1;

        static (int, int) Floor(int value, int by) => ((int)Math.Floor((double)value / by), value - by * (int)Math.Floor((double)value / by));
    }

    [Theory]
    [InlineData("a value", ProofCheck.Matmul)]
    [InlineData("padding of the sum counted", ProofCheck.Matmul)]
    [InlineData("zero points of the other", ProofCheck.Matmul)]
    public void A_forged_product_is_refused(string lie, ProofCheck check)
    {
        var product = new MatMulLayer(0, 1, -9, 4, Group with { Shift = 21 });
        var proved = new ProvedModel(new Random(35), new ProofModel([2, 3, 5], -3, [new TransposeLayer(0, [1, 3, 2]), product], ProvedModel.Small), 1);
        var (x, shape) = (proved.Run.Tensors[0], proved.Plan.Shapes[2]);
        var sums = proved.Columns(1)[ScaledLayer.Accumulator].ToArray();
        for (var at = 0; at < sums.Length; at++)
        {
            var (matrix, row, column) = (shape.Index(at, 1), shape.Index(at, 2), shape.Index(at, 3));
            int Of(int i, int k) => x[(matrix << 2 | i) << 3 | k];
            sums[at] += lie switch
            {
                "a value" => at == 1 ? 1 : 0,
                "padding of the sum counted" => (Of(row, 5) + 9) * (Of(column, 5) - 4),
                _ => Enumerable.Range(0, 5).Sum(k => (Of(row, k) - 4) * (Of(column, k) + 9) - (Of(row, k) + 9) * (Of(column, k) - 4)),
            };
        }
        var forged = proved.Again(1, sums);
        var statement = proved.Statement with { Output = forged.OutputOf(proved.Plan) };
        var proof = proved.Prove(statement, forged);
        proved.RefusedBy(check, statement, proof);
    }

    [Fact]
    public void Padding_can_be_anything_that_lookups_allow_and_changes_no_real_place()
    {
        // Every padded place of the input of each layer of a block is another value: the real places of its output are the same.
        var proved = new ProvedModel(new Random(37), AttentionTests.Block(8), 1);
        var (plan, random) = (proved.Plan, new Random(38));
        for (var layer = 0; layer < plan.Model.Layers.Length; layer++)
        {
            var tensors = proved.Run.Tensors.Take(layer + 1).Select((t, i) =>
            {
                var other = t.Select(_ => random.Next(-128, 128)).ToArray();
                foreach (var place in plan.Shapes[i].Places())
                    other[place] = t[place];
                return other;
            }).ToArray();
            var run = ReferenceRun.From(plan, proved.Weights, [.. tensors], [.. proved.Run.Columns[..plan.SectionOf(layer)]]);
            foreach (var place in plan.Shapes[layer + 1].Places())
                Assert.Equal(proved.Run.Tensors[layer + 1][place], run.Tensors[layer + 1][place]);
        }
    }

    [Fact]
    public void Figures_out_of_their_ranges_are_refused_before_anything_is_read()
    {
        var exponents = AttentionTests.Exponents(2048);
        var normalize = new NormalizeLayer(0, 50, 5, 1, -128, 127);
        ProofLayer[] bad =
        [
            new SoftmaxLayer(0, exponents[..255], false), new SoftmaxLayer(0, exponents.SetItem(0, 2049), false), new SoftmaxLayer(0, [.. new int[256]], false),
            new SoftmaxLayer(0, exponents.SetItem(7, 2049), false), new SoftmaxLayer(0, exponents.SetItem(7, -1), false),
            normalize with { Gain = 0 }, normalize with { Gain = 8192 }, normalize with { Epsilon = 0 }, normalize with { Epsilon = (1 << 22) + 1 },
            normalize with { ZeroPoint = 128 }, normalize with { Low = -129 }, normalize with { High = 128 }, normalize with { Low = 5, High = 4 },
            new MatMulLayer(0, 0, 128, 0, Group), new MatMulLayer(0, 0, 0, -129, Group), new MatMulLayer(0, 0, 0, 0, Group with { Multiplier = 1 << 15 }),
        ];
        foreach (var layer in bad)
            Assert.Equal(ProofCheck.Requantisation, Verify(new([3, 3], 1, [layer], ProvedModel.Small)));
        foreach (var layer in (ProofLayer[])[new SoftmaxLayer(0, exponents, false), normalize])
            Assert.Equal(ProofCheck.Requantisation, Verify(new([2, 1025], 1, [layer], ProvedModel.Small)));
        Assert.Equal(ProofCheck.Requantisation, Verify(new([1, 16384], 1, [new TransposeLayer(0, [2, 1]), new MatMulLayer(0, 1, 127, 127, Group)], ProvedModel.Small)));
        Assert.Throws<Verify.MalformedException>(() => Verify(new([3], 1, [new SoftmaxLayer(0, exponents, true)], ProvedModel.Small)));
        Assert.Throws<Verify.MalformedException>(() => Verify(new([3, 4], 1, [new MatMulLayer(0, 0, 0, 0, Group)], ProvedModel.Small)));

        static ProofCheck? Verify(ProofModel model) =>
            InferenceVerifier.Verify(model, new byte[32], new Statement(new byte[32], default, 1, [], []), default);
    }

    private static TheoryData<string, ProofCheck, int> Cases(params (string, ProofCheck)[] cases)
    {
        var data = new TheoryData<string, ProofCheck, int>();
        foreach (var (lie, check) in cases)
        {
            data.Add(lie, check, 8);
            // With a range that is long enough a remainder is one column.
            if (lie.Contains("rest", StringComparison.Ordinal))
                data.Add(lie, check, 16);
        }
        return data;
    }

    /// <summary>A layer's columns, to be changed.</summary>
    private sealed record Figures(ProvedModel Proved, int Layer, int[][] Entries, int[][] Windows)
    {
        private bool IsWide => Proved.Model.Parameters.LogRange < 16;

        public static Figures Of(ProvedModel proved, int layer)
        {
            var section = proved.Plan.SectionOf(layer);
            return new(proved, layer, [.. proved.Run.Columns[section].Select(c => c.ToArray())], [.. proved.Run.Columns[section + 1].Select(c => c.ToArray())]);
        }

        public int RestOf(int column, int at) => Entries[column][at] + (IsWide ? Entries[column + 1][at] << 11 : 0);

        /// <summary>What remains, in limbs if it has them; below 0 too.</summary>
        public void Rest(int column, int at, int rest, int divisor)
        {
            Entries[column][at] = IsWide ? rest & 2047 : rest;
            if (IsWide)
                (Entries[column + 1][at], Entries[column + 2][at]) = (rest >> 11, divisor - 1 - rest >> 11);
        }

        /// <summary>By that check, and by no other.</summary>
        public void Refused(ProofCheck check)
        {
            var forged = Proved.Run.With(Proved.Plan, Proved.Weights, Layer, Entries[0], [.. Entries], [.. Windows]);
            var statement = Proved.Statement with { Output = forged.OutputOf(Proved.Plan) };
            var proof = Proved.Prove(statement, forged);
            Proved.RefusedBy(check, statement, proof);
        }
    }
}
