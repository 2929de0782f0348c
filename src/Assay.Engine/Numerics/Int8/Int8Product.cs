using System.Runtime.CompilerServices;

namespace Assay.Engine.Numerics.Int8;

/// <summary>
/// Sums of products of int8, requantised: for a few channels the places of an output plane, a vector of them at a time, two terms of the sum in each lane. A convolution
/// over planes of <see cref="PairShape"/>, or a product of matrices, whose right one's rows lie like planes. One item is four channels (or one) by 32 places.
/// </summary>
/// <remarks>Integers that do not overflow add up in any order. Places are counted along padded rows: what lies between the rows' ends is computed and not kept.</remarks>
internal unsafe struct Int8Product : IKernel
{
    /// <summary>Channels that are computed together.</summary>
    public const int Block = 4;

    /// <summary>Places of an item.</summary>
    public const int Tile = 32;

    /// <summary>Lanes beyond the last plane that vectors may read.</summary>
    public const int Slack = 2 * Tile;

    /// <summary>Lanes of one picture; of one channel, where each channel has planes of its own.</summary>
    public long PictureSize, ChannelSize;

    /// <summary>Of each pair of terms: where its lanes begin.</summary>
    public nint* Offsets;
    public int Pairs;

    /// <summary>[channels / 4, pairs, 4], the last filled up with zeros; [channels, pairs] where each channel has planes of its own.</summary>
    public int* Weights;

    /// <summary>From one picture's weights to the next one's: 0 for a convolution.</summary>
    public long WeightStep;

    public int* Planes, Bias;

    /// <summary>One for each channel, or where <see cref="HasFactors"/> is not set one for all.</summary>
    public double* Factors;
    public bool HasFactors, IsApart;
    public int Channels;

    /// <summary>Of the output; a row begins each <see cref="Pitch"/> lanes.</summary>
    public int Rows, Columns, Pitch;

    public Int8Scale Scale;
    public sbyte* Output;

    /// <summary>Runs over <paramref name="pictures"/>.</summary>
    public readonly void Run(Launcher launcher, Isa isa, int pictures) =>
        launcher.Run(isa, pictures * Blocks * Tiles, this, Cost.Of((IsApart ? 1.0 : Block) * Tile * (Pairs + 16), perNanosecond: 30));

    private readonly int Blocks => IsApart ? Channels : (Channels + Block - 1) / Block;

    private readonly int Tiles => (Flat + Tile - 1) / Tile;

    private readonly int Flat => ((Rows - 1) * Pitch) + Columns;

    /// <summary>Whether all counts are numbers of this kernel.</summary>
    public readonly bool Fits(int pictures) => ((long)Rows * Pitch) + Tile < int.MaxValue && (double)pictures * Blocks * Tiles < int.MaxValue;

    [SkipLocalsInit]
    public readonly void Run<T>(int part, int from, int to) where T : unmanaged, ILanes<T>
    {
        var sums = stackalloc int[Block * Tile];
        var bytes = stackalloc sbyte[Tile + 16];
        for (var item = from; item < to && !Interrupt.IsRaised; item++)
        {
            var (rest, tile) = (item / Tiles, item % Tiles);
            var (picture, block) = (rest / Blocks, rest % Blocks);
            var (first, lanes) = (tile * Tile, Math.Min(Tile, Flat - (tile * Tile)));
            var x = Planes + (picture * PictureSize) + first;
            int channel, count;
            if (IsApart)
            {
                (channel, count) = (block, 1);
                x += block * ChannelSize;
                for (var i = 0; i < lanes; i += 2 * T.Width)
                    One<T>(x + i, Weights + ((long)block * Pairs), Bias[block], sums + i);
            }
            else
            {
                (channel, count) = (block * Block, Math.Min(Block, Channels - (block * Block)));
                var w = Weights + (picture * WeightStep) + ((long)block * Pairs * Block);
                for (var i = 0; i < lanes; i += 2 * T.Width)
                    Four<T>(x + i, w, Bias + channel, sums + i);
            }
            for (var c = 0; c < count; c++)
            {
                Scale.Run<T>(sums + (c * Tile), lanes, Factors + (HasFactors ? channel + c : 0), each: false, bytes);
                Put(bytes, first, lanes, Output + ((((long)picture * Channels) + channel + c) * Rows * Columns));
            }
        }
    }

    /// <summary>Two vectors of places by four channels; sums of channel c stand <see cref="Tile"/> · c from the first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Four<T>(int* x, int* w, int* bias, int* sums) where T : unmanaged, ILanes<T>
    {
        T a0 = T.BroadcastBits(bias[0]), a1 = T.BroadcastBits(bias[1]), a2 = T.BroadcastBits(bias[2]), a3 = T.BroadcastBits(bias[3]);
        T b0 = a0, b1 = a1, b2 = a2, b3 = a3;
        for (var k = 0; k < Pairs; k++, w += Block)
        {
            var p = (float*)(x + Offsets[k]);
            T first = T.Load(p), second = T.Load(p + T.Width);
            var v = T.Broadcast(*(float*)w);
            a0 = T.AddInt(a0, T.MultiplyAddShorts(first, v));
            b0 = T.AddInt(b0, T.MultiplyAddShorts(second, v));
            v = T.Broadcast(*(float*)(w + 1));
            a1 = T.AddInt(a1, T.MultiplyAddShorts(first, v));
            b1 = T.AddInt(b1, T.MultiplyAddShorts(second, v));
            v = T.Broadcast(*(float*)(w + 2));
            a2 = T.AddInt(a2, T.MultiplyAddShorts(first, v));
            b2 = T.AddInt(b2, T.MultiplyAddShorts(second, v));
            v = T.Broadcast(*(float*)(w + 3));
            a3 = T.AddInt(a3, T.MultiplyAddShorts(first, v));
            b3 = T.AddInt(b3, T.MultiplyAddShorts(second, v));
        }
        Keep(a0, b0, sums);
        Keep(a1, b1, sums + Tile);
        Keep(a2, b2, sums + (2 * Tile));
        Keep(a3, b3, sums + (3 * Tile));
    }

    /// <summary>Two vectors of places of one channel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void One<T>(int* x, int* w, int bias, int* sums) where T : unmanaged, ILanes<T>
    {
        T a = T.BroadcastBits(bias), b = a;
        for (var k = 0; k < Pairs; k++)
        {
            var p = (float*)(x + Offsets[k]);
            var v = T.Broadcast(*(float*)(w + k));
            a = T.AddInt(a, T.MultiplyAddShorts(T.Load(p), v));
            b = T.AddInt(b, T.MultiplyAddShorts(T.Load(p + T.Width), v));
        }
        Keep(a, b, sums);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Keep<T>(T first, T second, int* sums) where T : unmanaged, ILanes<T>
    {
        T.Store(first, (float*)sums);
        T.Store(second, (float*)(sums + T.Width));
    }

    /// <summary>Copies the places from <paramref name="flat"/> on that lie in rows.</summary>
    private readonly void Put(sbyte* bytes, int flat, int count, sbyte* y)
    {
        for (var at = 0; at < count;)
        {
            var (row, column) = ((flat + at) / Pitch, (flat + at) % Pitch);
            var run = Math.Min(Pitch - column, count - at);
            if (column < Columns)
                new ReadOnlySpan<sbyte>(bytes + at, Math.Min(run, Columns - column)).CopyTo(new Span<sbyte>(y + ((long)row * Columns) + column, Columns - column));
            at += run;
        }
    }
}
