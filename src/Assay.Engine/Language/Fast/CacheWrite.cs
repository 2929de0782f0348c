using Assay.Engine.Numerics;

namespace Assay.Engine.Language.Fast;

/// <summary>Puts the keys and values of rows into the pages of their sequences. One item is one row.</summary>
internal unsafe struct CacheWrite : IKernel
{
    /// <summary>[rows, groups · E] each, rows <see cref="Step"/> floats apart.</summary>
    public float* Keys, Values;
    public int Step;
    public int* Positions;
    public float*** Pages;
    public CacheLayout Layout;
    public int Layer;

    public readonly void Run<T>(int part, int from, int to) where T : unmanaged, ILanes<T>
    {
        var size = Layout.HeadSize;
        for (var row = from; row < to; row++)
        {
            var page = Pages[row][Positions[row] / CacheLayout.Positions];
            var at = Positions[row] % CacheLayout.Positions;
            for (var group = 0; group < Layout.Groups; group++)
            {
                var key = Keys + ((long)row * Step) + ((long)group * size);
                var turned = page + Layout.Keys(Layer, group) + at;
                for (var e = 0; e < size; e++)
                    turned[e * CacheLayout.Positions] = key[e];
                var value = Values + ((long)row * Step) + ((long)group * size);
                Buffer.MemoryCopy(value, page + Layout.Values(Layer, group) + ((long)at * size), size * sizeof(float), size * sizeof(float));
            }
        }
    }
}
