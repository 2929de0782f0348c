using Assay.Proofs.Models;
using Assay.Proofs.Models.Layers;
using Assay.Proofs.Soundness;

namespace Assay.Proofs.Tests.Soundness;

/// <summary>The calculator on plans of networks whose rows are published (docs/spec/proofs.md section 9), every figure counted and none given to it.</summary>
public sealed class OutlineTests
{
    // One group a layer, as the rows of the protocol assume; with R = 255 and β = 2^20.
    private static readonly ScaleGroup Group = new(20011, 25, -128, -128, 127, []);

    [Fact]
    public void The_convolutional_network_of_264k_weights()
    {
        var network = new ProofModel([3, 32, 32], -128,
        [
            Conv(0, 12, 5, 28), new MaxPoolLayer(1), Conv(2, 33, 5, 10), new MaxPoolLayer(3), new ReshapeLayer(4, [825]), Dense(5, 250), Dense(6, 175), Dense(7, 10),
        ], new(12, 3, 124, 14));
        Is(network, 1, lookups: 132_656 + 27_648, coordinates: 20, centibits: 10_246);
    }

    [Fact]
    public void The_dense_network_of_4m_weights()
    {
        Is(Dense4M(new(13, 3, 124, 14)), 1, lookups: 15_372 + 57_856, coordinates: 14, centibits: 10_238);
        Is(Dense4M(new(14, 2, 152, 16)), 64, lookups: 983_808 + 76_288, coordinates: 14, centibits: 10_205);
    }

    [Fact]
    public void A_network_with_too_few_queries_is_not_sound()
    {
        var outline = Assert.IsType<ProofOutline>(ProofOutline.Of(Dense4M(new(13, 3, 120, 14)), 1));
        Assert.False(SoundnessReport.IsSound(outline.Counts));
        // More lookups, longer codewords, a smaller range than a verifier takes.
        Assert.Null(ProofOutline.Of(Dense4M(new(14, 2, 152, 16)), 1 << 10));
        Assert.Null(ProofOutline.Of(Dense4M(new(15, 3, 124, 14)), 1));
        Assert.Null(ProofOutline.Of(Dense4M(new(13, 3, 124, 7)), 1));
    }

    private static void Is(ProofModel model, int batch, ulong lookups, int coordinates, int centibits)
    {
        var counts = Assert.IsType<ProofOutline>(ProofOutline.Of(model, batch)).Counts;
        var report = SoundnessReport.Of(counts);
        Assert.Equal((lookups, coordinates, centibits), (counts.Lookups, counts.ClaimCoordinates, report.Centibits));
        Assert.True(report.Suffices && SoundnessReport.IsSound(counts), report.ToString());
    }

    private static ProofModel Dense4M(ProofParameters parameters) =>
        new([4], -128, [Dense(0, 1000), Dense(1, 1000), Dense(2, 1000), Dense(3, 1000), Dense(4, 1000), Dense(5, 3)], parameters);

    private static DenseLayer Dense(int input, int outputs) => new(input, outputs, -128, 1 << 20, [Group], [0]);

    private static ConvLayer Conv(int input, int outputs, int kernel, int size) => new(input, outputs, kernel, kernel, 1, 1, 0, 0, size, size, -128, 1 << 20, [Group], [0]);
}
