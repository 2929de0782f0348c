using System.Collections.Immutable;
using Assay.Proofs.Models;
using Assay.Proofs.Models.Layers;
using Assay.Proofs.Soundness;
using Assay.Verify;

namespace Assay.Proofs.Tests.Soundness;

/// <summary>Models of which each figure is allowed, and which would keep a verifier busy or fill its memory: refused before it begins (C2).</summary>
public sealed class StepsTests
{
    private static readonly ScaleGroup Group = new(1, 1, 0, -128, 127, []);

    [Fact]
    public void Small_networks_are_within_what_a_verifier_takes()
    {
        Assert.True(Holds([2, 4, 4], new AveragePoolLayer(0, 2, 2, 2, 0, 0, 2, 2, 0, [Group], [0]), new ConcatLayer([0, 0], 1), new ReshapeLayer(2, [64]), new DenseLayer(3, 4, 0, 10, [Group], [0])));
    }

    [Fact]
    public void Views_that_show_a_tensor_many_times_over_are_refused()
    {
        // Each doubles the claims about what it shows: 2^20 about the input.
        Assert.False(Holds([1], [.. Enumerable.Range(0, 20).Select(i => new ConcatLayer([i, i], 1))]));
        Assert.True(Holds([1], [.. Enumerable.Range(0, 12).Select(i => new ConcatLayer([i, i], 1))]));
        Assert.False(Holds([1], [new ConcatLayer([.. Enumerable.Repeat(0, 1024)], 1), new ConcatLayer([.. Enumerable.Repeat(1, 1024)], 1)]));
    }

    [Fact]
    public void Long_chains_of_views_are_refused()
    {
        // 3 places in a row of 4: none of them is aligned with the one before it.
        Assert.False(Holds([3, 349_525], [.. Enumerable.Range(0, 600).Select(i => new ReshapeLayer(i, i % 2 == 0 ? [349_525, 3] : [3, 349_525]))]));
    }

    [Fact]
    public void Chains_of_aligned_views_cost_nothing()
    {
        Assert.True(Holds([1 << 20], [.. Enumerable.Range(0, 1000).Select(i => new ReshapeLayer(i, i % 2 == 0 ? [1 << 10, 1 << 10] : [1 << 20]))]));
    }

    [Fact]
    public void Windows_as_long_as_their_image_are_refused()
    {
        // 1024 rows of 2^21 places each.
        Assert.False(Holds([1, 1 << 21, 1], new AveragePoolLayer(0, 1024, 1, 1, 0, 0, 1, 1, 0, [Group], [0])));
    }

    [Fact]
    public void Many_claims_about_a_large_input_are_refused()
    {
        Assert.False(Holds([1, 1 << 10, 1 << 10], [.. Enumerable.Range(0, 100).Select(_ => new AveragePoolLayer(0, 1, 1, 1024, 0, 0, 1, 1, 0, [Group], [0]))]));
    }

    [Fact]
    public void A_softmax_without_exponents_is_counted_and_left_to_the_check_of_its_figures() =>
        Assert.True(ProofLimits.Hold(new ProofModel([2], 0, [new SoftmaxLayer(0, [], false)], new(6, 3, 124, 8)), 1));

    [Fact]
    public void What_is_joined_is_as_long_as_a_tensor_may_be()
    {
        Assert.Throws<MalformedException>(() => new ProofModel([1 << 21], 0, [new ConcatLayer([.. Enumerable.Repeat(0, 1024)], 1)], new(6, 3, 124, 8)).Shapes(1));
        Assert.Throws<MalformedException>(() => new ProofModel([1], 0, [new ConcatLayer([.. Enumerable.Repeat(0, 1025)], 1)], new(6, 3, 124, 8)).Shapes(1));
    }

    [Fact]
    public void A_reshape_is_aligned_where_every_value_keeps_its_place()
    {
        var random = new Random(7);
        var (aligned, not) = (0, 0);
        for (var i = 0; i < 20_000; i++)
        {
            var (a, b) = (Random(random), Random(random));
            if (a.Count != b.Count)
                continue;
            var expected = a.Log == b.Log && a.Inner.Places().SequenceEqual(b.Inner.Places());
            Assert.Equal(expected, ReshapeLayer.IsAligned(a, b));
            (aligned, not) = expected ? (aligned + 1, not) : (aligned, not + 1);
        }
        Assert.True(aligned > 100 && not > 100, $"{aligned} {not}");
    }

    [Fact]
    public void Groups_of_limbs_share_a_table_if_they_differ_in_their_multiplier_alone()
    {
        ImmutableArray<sbyte> Table(int first) => [(sbyte)first, .. new sbyte[255]];
        ImmutableArray<ScaleGroup> groups =
        [
            new(3, 20, 0, -128, 127, Table(1)), new(4, 20, 0, -128, 127, Table(2)), new(5, 20, 0, -128, 127, Table(1)), new(3, 20, 1, -128, 127, Table(1)), new(9, 20, 0, -128, 127, Table(2)),
        ];
        var layer = new DenseLayer(0, 5, 0, 10, groups, [0, 1, 2, 3, 4]) { Limbs = true };
        Assert.Equal([0, 1, 0, 2, 1], LimbColumns.TableOf(layer));
        Assert.Equal(3, LimbColumns.Groups(layer).Length);
    }

    // Axes some of which are padded wider, as pools leave them.
    private static TensorShape Random(Random random) => new(
    [
        Axis.Of(2),
        .. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Axis.Of(random.Next(1, 6))).Select(a => random.Next(4) == 0 ? a with { Log = a.Log + 1 } : a),
    ]);

    private static bool Holds(ImmutableArray<int> input, params ImmutableArray<ProofLayer> layers)
    {
        var model = new ProofModel(input, 0, layers, new(6, 3, 124, 8));
        Assert.All(layers, layer => Assert.True(layer.IsValid([.. layer.Inputs.Select(t => model.Shapes(1)[t])])));
        return ProofLimits.Hold(model, 1);
    }
}
