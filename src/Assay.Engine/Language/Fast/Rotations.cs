using System.Runtime.InteropServices;
using Assay.Engine.Models.Language;
using Assay.Engine.Numerics;

namespace Assay.Engine.Language.Fast;

/// <summary>2.4: the rotation of heads by cosines and sines that are made once for each position, 64 at a time, when one of them first comes.</summary>
internal sealed unsafe class Rotations(LanguageArchitecture a, int contextLength) : IDisposable
{
    private readonly Table plain = new(a.Rotary, contextLength);

    // Gemma 3 turns the layers that have a window by another base.
    private readonly Table? ofWindows = a.WindowRotary is { } own ? new(own, contextLength) : null;

    /// <summary>Makes what the batch's positions need.</summary>
    public void Prepare(Launcher launcher, Isa isa, Batch batch)
    {
        for (var row = 0; row < batch.Count; row++)
        {
            plain.Prepare(launcher, isa, batch.Positions[row]);
            ofWindows?.Prepare(launcher, isa, batch.Positions[row]);
        }
    }

    /// <summary>Rotates heads [rows, heads, headSize] in place.</summary>
    public void Rotate(Launcher launcher, Isa isa, int layer, Batch batch, float* x, int heads)
    {
        var table = a.Windows[layer] > 0 && ofWindows is not null ? ofWindows : plain;
        var kernel = new RotateKernel
        {
            X = x, Heads = heads, HeadSize = a.HeadSize, Pairs = table.Rotary.Dimensions / 2, Layout = table.Rotary.Layout, Positions = batch.Positions, Blocks = table.Blocks,
        };
        launcher.Run(isa, batch.Count, kernel, Cost.Of(heads * a.HeadSize, perNanosecond: 1));
    }

    public void Dispose()
    {
        plain.Dispose();
        ofWindows?.Dispose();
    }

    private sealed class Table : IDisposable
    {
        private readonly AlignedBuffer frequencies;
        private readonly AlignedBuffer?[] made;

        public Table(RotaryEmbedding rotary, int contextLength)
        {
            Rotary = rotary;
            made = new AlignedBuffer?[CacheLayout.PagesFor(contextLength)];
            Blocks = (float**)NativeMemory.AllocZeroed((nuint)made.Length, (nuint)sizeof(float*));
            frequencies = new(rotary.Dimensions / 2);
            Rotation.Frequencies(rotary).CopyTo(new Span<float>(frequencies.Pointer, rotary.Dimensions / 2));
        }

        public RotaryEmbedding Rotary { get; }

        /// <summary>Of each 64 positions their cosines and sines, or null.</summary>
        public float** Blocks { get; }

        public void Prepare(Launcher launcher, Isa isa, int position)
        {
            var at = position / CacheLayout.Positions;
            if (Blocks[at] is not null)
                return;
            made[at] ??= new((long)CacheLayout.Positions * Rotary.Dimensions);
            var kernel = new RotationTable
            {
                Frequencies = frequencies.Pointer, Y = made[at]!.Pointer, First = at * CacheLayout.Positions, Pairs = Rotary.Dimensions / 2, Magnitude = Rotary.Magnitude,
            };
            launcher.Run(isa, CacheLayout.Positions, kernel, Cost.Of(Rotary.Dimensions, perNanosecond: 0.05));
            // Only now: a call may be called off before it is whole.
            Blocks[at] = made[at]!.Pointer;
        }

        public void Dispose()
        {
            frequencies.Dispose();
            foreach (var block in made)
                block?.Dispose();
            NativeMemory.Free(Blocks);
        }
    }
}
