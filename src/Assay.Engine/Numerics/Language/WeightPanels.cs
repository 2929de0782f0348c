namespace Assay.Engine.Numerics.Language;

/// <summary>
/// A matrix of weights packed for products, alike for all instruction sets: panels of sixteen rows, lanes across the rows. Of a panel the
/// scales come first, then the whole numbers, block after block, so that a product reads a panel from its beginning to its end. It takes
/// about the bytes that the file takes.
/// </summary>
internal sealed unsafe class WeightPanels : IDisposable
{
    /// <summary>Rows of a panel.</summary>
    public const int Height = 16;

    private readonly AlignedBuffer memory;
    private readonly AlignedBuffer? bias;

    private WeightPanels(WeightType type, int rows, int columns, AlignedBuffer? bias)
    {
        (Type, Rows, Columns, this.bias) = (type, rows, columns, bias);
        var (scales, blocks) = PanelLayout.Sizes(type, columns);
        (ScaleBytes, PanelBytes) = (scales, scales + blocks);
        memory = new(checked(Panels * PanelBytes / sizeof(float)), isStreamed: true);
    }

    public WeightType Type { get; }

    /// <summary>Outputs of a product.</summary>
    public int Rows { get; }

    public int Columns { get; }

    public int Panels => (Rows + Height - 1) / Height;

    /// <summary>Whether a matrix of float16 holds neither infinities nor NaN.</summary>
    public bool IsFinite { get; private set; }

    /// <summary>Bytes of the scales at the beginning of each panel, and of a panel.</summary>
    public long ScaleBytes { get; }

    public long PanelBytes { get; }

    /// <summary>Bytes that it holds.</summary>
    public long Bytes => memory.Count * sizeof(float);

    public byte* Pointer => (byte*)memory.Pointer;

    /// <summary>A bias for each row of each panel, or null.</summary>
    public float* Bias => bias is null ? null : bias.Pointer;

    /// <summary>Packs a stored matrix, its rows shared out among the threads.</summary>
    /// <param name="stored">Rows · type.RowBytes(columns) bytes.</param>
    /// <param name="bias">As many numbers as rows, or none.</param>
    /// <exception cref="ArgumentException">The sizes do not fit together.</exception>
    /// <exception cref="OperationCanceledException">The threads were told to stop.</exception>
    public static WeightPanels Pack(Launcher launcher, Isa isa, WeightType type, ReadOnlySpan<byte> stored, int rows, int columns, ReadOnlySpan<float> bias = default)
    {
        if (!type.IsKnown || rows < 1 || columns < 1 || columns % type.BlockSize != 0 || stored.Length != rows * type.RowBytes(columns) || (bias.Length != 0 && bias.Length != rows))
            throw new ArgumentException($"{stored.Length} bytes and {bias.Length} biases are no {rows} rows of {columns} numbers of {type}", nameof(stored));
        AlignedBuffer? padded = null;
        if (!bias.IsEmpty)
        {
            var room = (rows + Height - 1) / Height * Height;
            padded = new(room);
            new Span<float>(padded.Pointer, room).Clear();
            bias.CopyTo(new Span<float>(padded.Pointer, room));
        }
        var panels = new WeightPanels(type, rows, columns, padded);
        try
        {
            fixed (byte* source = stored)
            {
                var special = 0;
                var kernel = new PackKernel { Stored = source, Layout = new(panels), Rows = rows, Special = &special };
                launcher.Run(isa, panels.Panels, kernel, Cost.Of(panels.PanelBytes, perNanosecond: 2));
                panels.IsFinite = special == 0;
            }
        }
        catch
        {
            panels.Dispose();
            throw;
        }
        return panels;
    }

    public void Dispose()
    {
        memory.Dispose();
        bias?.Dispose();
    }
}

/// <summary>Where the parts of packed weights lie, for kernels.</summary>
internal readonly unsafe struct PanelLayout(WeightPanels panels)
{
    public readonly WeightType Type = panels.Type;
    public readonly bool IsFinite = panels.IsFinite;
    public readonly int Columns = panels.Columns, Rows = panels.Rows;
    public readonly byte* Memory = panels.Pointer;
    public readonly long ScaleBytes = panels.ScaleBytes, PanelBytes = panels.PanelBytes;

    public byte* Scales(int panel) => Memory + (panel * PanelBytes);

    public byte* Blocks(int panel) => Memory + (panel * PanelBytes) + ScaleBytes;

    /// <summary>Bytes of a panel's scales and of its numbers, each a whole number of cache lines.</summary>
    public static (long Scales, long Blocks) Sizes(WeightType type, int columns) => type switch
    {
        WeightType.Q4_0 => Sizes<Q4_0Panel>(columns),
        WeightType.Q4_1 => Sizes<Q4_1Panel>(columns),
        WeightType.Q5_0 => Sizes<Q5_0Panel>(columns),
        WeightType.Q5_1 => Sizes<Q5_1Panel>(columns),
        WeightType.Q8_0 => Sizes<Q8_0Panel>(columns),
        WeightType.Q2_K => Sizes<Q2_KPanel>(columns),
        WeightType.Q3_K => Sizes<Q3_KPanel>(columns),
        WeightType.Q4_K => Sizes<Q4_KPanel>(columns),
        WeightType.Q5_K => Sizes<Q5_KPanel>(columns),
        WeightType.Q6_K => Sizes<Q6_KPanel>(columns),
        _ => (0, ((long)type.BlockBytes * WeightPanels.Height * columns + 63) / 64 * 64),
    };

    private static (long Scales, long Blocks) Sizes<TFormat>(int columns) where TFormat : unmanaged, IPanelFormat =>
        (((long)columns / TFormat.Columns * TFormat.ScaleBytes + 63) / 64 * 64, (long)columns / 32 * TFormat.BlockBytes);
}

/// <summary>Packs rows into panels. One item is one panel.</summary>
internal unsafe struct PackKernel : IKernel
{
    public byte* Stored;
    public PanelLayout Layout;
    public int Rows;

    /// <summary>Set where a float16 is not finite.</summary>
    public int* Special;

    public readonly void Run<T>(int part, int from, int to) where T : unmanaged, ILanes<T>
    {
        for (var panel = from; panel < to && !Interrupt.IsRaised; panel++)
        {
            if (Rows - (panel * WeightPanels.Height) < WeightPanels.Height)
                new Span<byte>(Layout.Scales(panel), (int)Layout.PanelBytes).Clear();
            switch (Layout.Type)
            {
                case WeightType.Q4_0: Blocks<Q4_0Panel>(panel); break;
                case WeightType.Q4_1: Blocks<Q4_1Panel>(panel); break;
                case WeightType.Q5_0: Blocks<Q5_0Panel>(panel); break;
                case WeightType.Q5_1: Blocks<Q5_1Panel>(panel); break;
                case WeightType.Q8_0: Blocks<Q8_0Panel>(panel); break;
                case WeightType.Q2_K: Blocks<Q2_KPanel>(panel); break;
                case WeightType.Q3_K: Blocks<Q3_KPanel>(panel); break;
                case WeightType.Q4_K: Blocks<Q4_KPanel>(panel); break;
                case WeightType.Q5_K: Blocks<Q5_KPanel>(panel); break;
                case WeightType.Q6_K: Blocks<Q6_KPanel>(panel); break;
                case WeightType.F32: Numbers<uint>(panel, 0); break;
                default: Numbers<ushort>(panel, (ushort)(Layout.Type == WeightType.F16 ? 0x7C00 : 0)); break;
            }
        }
    }

    private readonly void Blocks<TFormat>(int panel) where TFormat : unmanaged, IPanelFormat
    {
        var size = Layout.Type.BlockBytes;
        var bytes = Layout.Type.RowBytes(Layout.Columns);
        byte* scales = Layout.Scales(panel), blocks = Layout.Blocks(panel);
        var first = Stored + ((long)panel * WeightPanels.Height * bytes);
        var rows = Math.Min(WeightPanels.Height, Rows - (panel * WeightPanels.Height));
        for (long at = 0; at < bytes; at += size)
        {
            for (var r = 0; r < rows; r++)
                TFormat.Pack(first + (r * bytes) + at, r, scales, blocks);
            scales += TFormat.ScaleBytes;
            blocks += TFormat.Columns / 32 * TFormat.BlockBytes;
        }
    }

    private readonly void Numbers<TBits>(int panel, TBits exponent) where TBits : unmanaged, System.Numerics.IBinaryInteger<TBits>
    {
        var first = (TBits*)Stored + ((long)panel * WeightPanels.Height * Layout.Columns);
        var target = (TBits*)Layout.Blocks(panel);
        var rows = Math.Min(WeightPanels.Height, Rows - (panel * WeightPanels.Height));
        for (var c = 0; c < Layout.Columns; c++, target += WeightPanels.Height)
            for (var r = 0; r < rows; r++)
            {
                target[r] = first[((long)r * Layout.Columns) + c];
                if (exponent != TBits.Zero && (target[r] & exponent) == exponent)
                    Volatile.Write(ref *Special, 1);
            }
    }
}
