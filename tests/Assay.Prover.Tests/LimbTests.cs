using System.Collections.Immutable;
using Assay.Proofs.Field;
using Assay.Proofs.Models;
using Assay.Proofs.Models.Layers;
using Assay.Proofs.Protocol;

namespace Assay.Prover.Tests;

/// <summary>Requantisation by limbs: a multiplier for each channel, one table; and what a prover could say that the field alone would let through.</summary>
public sealed class LimbTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Layers_with_a_multiplier_for_each_channel_are_proved(int batch)
    {
        var proved = new ProvedModel(new Random(21), Model(), batch);
        Assert.Null(proved.Verify(proved.Statement, proved.Proof));
        // Six multipliers, two shifts: two tables beside the range, and the second layer's.
        Assert.Equal(1 + 2 + 1, proved.Plan.Tables.Length);
    }

    [Fact]
    public void Limbs_wants_a_range_of_fifteen_bits_and_small_accumulators()
    {
        var proved = new ProvedModel(new Random(22), Model(), 1);
        Assert.Equal(ProofCheck.Requantisation, Verify(proved, proved.Model with { Parameters = proved.Model.Parameters with { LogRange = 16 } }));
        var layer = (DenseLayer)proved.Model.Layers[0];
        foreach (var bad in (ProofLayer[])[layer with { BiasBound = 1 << 29 }, layer with { Groups = layer.Groups.SetItem(0, layer.Groups[0] with { Shift = 15 }) }])
            Assert.Equal(ProofCheck.Requantisation, Verify(proved, proved.Model with { Layers = proved.Model.Layers.SetItem(0, bad) }));
    }

    [Fact]
    public void A_quotient_one_more_with_a_rest_below_zero_is_refused_at_the_root() =>
        Forge(ProofCheck.RootNumerator, (LimbColumns.Quotient, 1), (LimbColumns.Rest, -(1 << 15)), (LimbColumns.Scaled, 1), (LimbColumns.FromLow, 1), (LimbColumns.ToHigh, -1));

    [Fact]
    public void A_quotient_one_less_with_a_rest_too_large_is_refused_at_the_root() =>
        Forge(ProofCheck.RootNumerator, (LimbColumns.Quotient, -1), (LimbColumns.Rest, 1 << 15), (LimbColumns.Scaled, -1), (LimbColumns.FromLow, -1), (LimbColumns.ToHigh, 1));

    [Fact]
    public void Limbs_that_overlap_are_refused_at_the_root() =>
        // acc stays what it is: a1 one less, a0 more by 2^15, and so e more by the multiplier.
        Forge(ProofCheck.RootNumerator, (LimbColumns.High, -1), (LimbColumns.Low, 1 << 15), (LimbColumns.Quotient, Multiplier));

    [Fact]
    public void C8_a_high_limb_that_fits_modulo_p_alone()
    {
        // a0 another, and a1 = (acc − a0) / 2^15 in the field: the sum is the accumulator, and a1 is no limb.
        var proved = new ProvedModel(new Random(23), Model(), 1);
        var columns = proved.Columns(0).Select(c => c.ToArray()).ToImmutableArray();
        var layer = (ScaledLayer)proved.Model.Layers[0];
        var multiplier = layer.Groups[layer.GroupAt(proved.Plan.Shapes[1], 1)].Multiplier;
        var acc = (columns[LimbColumns.High][1] << LimbColumns.Bits) + columns[LimbColumns.Low][1];
        var low = columns[LimbColumns.Low][1] ^ 1;
        var high = Centred(Felt.From((long)acc - low) * Felt.From(1L << LimbColumns.Bits).Invert());
        Assert.NotInRange(high, -(1 << 14), 1 << 14);
        var (quotient, rest) = Math.DivRem(low * multiplier, 1 << LimbColumns.Bits);
        var scaled = Centred(Felt.From((long)high * multiplier + quotient));
        (columns[LimbColumns.FromLow][1], columns[LimbColumns.ToHigh][1]) =
            (columns[LimbColumns.FromLow][1] + scaled - columns[LimbColumns.Scaled][1], columns[LimbColumns.ToHigh][1] - scaled + columns[LimbColumns.Scaled][1]);
        (columns[LimbColumns.Low][1], columns[LimbColumns.High][1], columns[LimbColumns.Quotient][1], columns[LimbColumns.Rest][1], columns[LimbColumns.Scaled][1]) = (low, high, quotient, rest, scaled);
        var forged = proved.Run.With(proved.Plan, proved.Weights, 0, columns[0], columns);
        proved.RefusedBy(ProofCheck.RootNumerator, proved.Statement, proved.Prove(proved.Statement, forged));

        static int Centred(Felt value) => (int)(value.Value > Felt.Modulus / 2 ? value.Value - (long)Felt.Modulus : value.Value);
    }

    [Fact]
    public void C4_a_range_of_sixteen_bits_under_which_an_output_may_be_one_less()
    {
        // f may then be 2^15 and more: e one less, t one less, and where t is the first of its interval, y too.
        var model = Model() with { Parameters = Model().Parameters with { LogRange = 16 } };
        for (var seed = 0; ; seed++)
        {
            var proved = new ProvedModel(new Random(seed), model, 1, valid: false);
            var columns = proved.Columns(0).Select(c => c.ToArray()).ToImmutableArray();
            var at = Enumerable.Range(0, 6).FirstOrDefault(i => columns[LimbColumns.FromLow][i] == 0 && columns[LimbColumns.Output][i] > -100 && columns[LimbColumns.Quotient][i] > 0, -1);
            if (at < 0)
                continue;
            var layer = (ScaledLayer)model.Layers[0];
            var y = columns[LimbColumns.Output][at] - 1;
            var row = layer.Tables(proved.Plan.InputsOf(0), 16)[LimbColumns.TableOf(layer)[layer.GroupAt(proved.Plan.Shapes[1], at)]].Last(r => r.A == y);
            (columns[LimbColumns.Quotient][at], columns[LimbColumns.Rest][at], columns[LimbColumns.Scaled][at]) =
                (columns[LimbColumns.Quotient][at] - 1, columns[LimbColumns.Rest][at] + (1 << 15), columns[LimbColumns.Scaled][at] - 1);
            (columns[LimbColumns.Output][at], columns[LimbColumns.FromLow][at], columns[LimbColumns.ToHigh][at]) = (y, columns[LimbColumns.Scaled][at] - row.B, row.C - columns[LimbColumns.Scaled][at]);
            Assert.Equal(0, columns[LimbColumns.ToHigh][at]);
            var forged = proved.Run.With(proved.Plan, proved.Weights, 0, columns[0], columns);
            proved.RefusedBy(ProofCheck.Requantisation, proved.Statement with { Output = forged.OutputOf(proved.Plan) }, proved.Prove(null, forged));
            return;
        }
    }

    [Fact]
    public void A_quotient_that_is_not_the_product_s_is_refused_by_the_zerocheck() =>
        Forge(ProofCheck.Zerocheck, (LimbColumns.Quotient, 1), (LimbColumns.Scaled, 1), (LimbColumns.FromLow, 1), (LimbColumns.ToHigh, -1));

    [Fact]
    public void A_scaled_accumulator_that_is_shifted_is_refused_by_the_zerocheck() =>
        Forge(ProofCheck.Zerocheck, (LimbColumns.Scaled, 1), (LimbColumns.FromLow, 1), (LimbColumns.ToHigh, -1));

    [Fact]
    public void Limbs_of_another_accumulator_are_refused_by_the_product()
    {
        var proved = new ProvedModel(new Random(24), Model(), 1);
        var columns = proved.Columns(0);
        int[] sums = [.. columns[LimbColumns.High].Zip(columns[LimbColumns.Low], (a1, a0) => (a1 << 15) + a0)];
        sums[2] += 40;
        var forged = proved.Again(0, sums);
        proved.RefusedBy(ProofCheck.Matmul, proved.Statement with { Output = forged.OutputOf(proved.Plan) }, proved.Prove(null, forged));
    }

    // Of a change: the multiplier of the place.
    private const int Multiplier = int.MaxValue;

    // Of a place where v and w stay in the range, some columns are changed; y stays.
    private static void Forge(ProofCheck check, params (int Column, int By)[] changes)
    {
        var proved = new ProvedModel(new Random(23), Model(), 1);
        var columns = proved.Columns(0).Select(c => c.ToArray()).ToImmutableArray();
        var at = Enumerable.Range(0, 6).First(i => columns[LimbColumns.FromLow][i] > 0 && columns[LimbColumns.ToHigh][i] > 0 && columns[LimbColumns.Quotient][i] is > 0 and < 32767);
        foreach (var (column, by) in changes)
            columns[column][at] += by == Multiplier ? ((ScaledLayer)proved.Model.Layers[0]).Groups[((ScaledLayer)proved.Model.Layers[0]).GroupAt(proved.Plan.Shapes[1], at)].Multiplier : by;
        var forged = proved.Run.With(proved.Plan, proved.Weights, 0, columns[0], columns);
        proved.RefusedBy(check, proved.Statement, proved.Prove(proved.Statement, forged));
    }

    private static ProofCheck? Verify(ProvedModel proved, ProofModel model) => InferenceVerifier.Verify(model, proved.Committed.Root, proved.Statement, proved.Proof);

    private static ProofModel Model()
    {
        ImmutableArray<ScaleGroup> groups = [.. Enumerable.Range(0, 6).Select(i => new ScaleGroup(16384 + 2731 * i, 22 + i % 2, -4, -100, 127, []))];
        return new([40], -3,
        [
            new DenseLayer(0, 6, -3, 500, groups, [0, 1, 2, 3, 4, 5]) { Limbs = true },
            new DenseLayer(1, 3, -4, 500, [groups[0] with { Shift = 20 }], [0, 0, 0]),
        ], new(LogColumns: 10, LogInverseRate: 2, Queries: 152, LogRange: 15));
    }
}
