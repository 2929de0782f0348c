using Assay.Engine.Models.Language;
using Assay.Engine.Numerics;

namespace Assay.Engine.Language.Fast;

/// <summary>2.4 for a batch: cosines and sines of its positions, made once for all layers, and the rotation of heads by them.</summary>
internal sealed unsafe class Rotations(LanguageArchitecture a, int rows) : IDisposable
{
    private readonly Table plain = new(a.Rotary, rows);

    // Gemma 3 turns the layers that have a window by another base.
    private readonly Table? ofWindows = a.WindowRotary is { } own ? new(own, rows) : null;

    public void Run(Launcher launcher, Isa isa, Batch batch)
    {
        plain.Run(launcher, isa, batch);
        ofWindows?.Run(launcher, isa, batch);
    }

    /// <summary>Rotates heads [rows, heads, headSize] in place.</summary>
    public void Rotate(Launcher launcher, Isa isa, int layer, int count, float* x, int heads)
    {
        var table = a.Windows[layer] > 0 && ofWindows is not null ? ofWindows : plain;
        var kernel = new RotateKernel
        {
            X = x, Step = heads * a.HeadSize, Heads = heads, HeadSize = a.HeadSize, Pairs = table.Rotary.Dimensions / 2, Layout = table.Rotary.Layout,
            Cosines = table.Cosines, Sines = table.Sines,
        };
        launcher.Run(isa, count, kernel, Cost.Of(heads * a.HeadSize, perNanosecond: 1));
    }

    public void Dispose()
    {
        plain.Dispose();
        ofWindows?.Dispose();
    }

    private sealed class Table : IDisposable
    {
        private readonly AlignedBuffer frequencies, cosines, sines;

        public Table(RotaryEmbedding rotary, int rows)
        {
            Rotary = rotary;
            var pairs = rotary.Dimensions / 2;
            (frequencies, cosines, sines) = (new(pairs), new((long)rows * pairs), new((long)rows * pairs));
            Rotation.Frequencies(rotary).CopyTo(new Span<float>(frequencies.Pointer, pairs));
        }

        public RotaryEmbedding Rotary { get; }

        public float* Cosines => cosines.Pointer;

        public float* Sines => sines.Pointer;

        public void Run(Launcher launcher, Isa isa, Batch batch)
        {
            var kernel = new RotationTable
            {
                Frequencies = frequencies.Pointer, Cosines = Cosines, Sines = Sines, Pairs = Rotary.Dimensions / 2, Positions = batch.Positions, Magnitude = Rotary.Magnitude,
            };
            launcher.Run(isa, batch.Count, kernel, Cost.Of(Rotary.Dimensions, perNanosecond: 0.1));
        }

        public void Dispose()
        {
            frequencies.Dispose();
            cosines.Dispose();
            sines.Dispose();
        }
    }
}
