namespace Assay.Engine.Models;

/// <content>Fourier transforms, windows and filter banks.</content>
public static partial class ShapeRules
{
    private static Fact? Signal(Primitive op, Attributes a, ReadOnlySpan<Fact?> x) => op switch
    {
        Primitive.Dft => Dft(a, x),
        Primitive.Stft => Stft(a, x),
        Primitive.CosineWindow => CosineWindow(a, x[0]!),
        Primitive.MelWeightMatrix => MelWeightMatrix(a, x),
        _ => null,
    };

    /// <summary>The axis of a transform, never the last, which holds the real and the imaginary part.</summary>
    public static int DftAxis(Attributes a, Tensor? given, int rank)
    {
        var axis = Axis(given is null ? a.Int("axis", -2) : One(given, "the axis"), rank);
        return axis < rank - 1 ? axis : throw new ModelException("the last axis holds the parts of complex numbers and cannot be transformed");
    }

    /// <summary>Points of a transform: as given, or as the input has; of one side of a spectrum, twice its steps.</summary>
    public static int DftLength(Attributes a, ReadOnlySpan<int> dims, Tensor? given, Tensor? axis) =>
        given is not null ? Points(given) : Implied(a, dims[DftAxis(a, axis, dims.Length)]);

    private static int Implied(Attributes a, int extent) =>
        a.Int("inverse", 0) != 0 && a.Int("onesided", 0) != 0 ? Sum(2L * (extent - 1), 0) is > 0 and var n ? n : throw new ModelException("one side of a spectrum needs two points or a length") : extent;

    private static Fact Dft(Attributes a, ReadOnlySpan<Fact?> x)
    {
        var type = Float(x[0]!);
        Fact? length = x.Length > 1 ? x[1] : null, along = x.Length > 2 ? x[2] : null;
        if (length is not null)
            OneNumber(length, "the length");
        if (along is not null)
            OneNumber(along, "the axis");
        if (!x[0]!.HasRank)
            return new(type, default);
        var dims = x[0]!.Dims;
        var rank = Rank(x[0]!, 2, "the input");
        if (dims[^1] is not (-1 or 1 or 2))
            throw new ModelException($"the last extent is {dims[^1]}, not 1 (real) or 2 (complex)");
        bool isInverse = a.Int("inverse", 0) != 0, isHalf = a.Int("onesided", 0) != 0;
        if (isHalf && dims[^1] == (isInverse ? 1 : 2))
            throw new ModelException(isInverse ? "one side of a spectrum is complex" : "a spectrum has two equal sides only where the input is real");
        if (along is { Value: null })
            return new(type, [.. UnknownDims(rank - 1), isInverse && isHalf ? 1 : 2]);
        var axis = DftAxis(a, along?.Value, rank);
        var points = length is null ? dims[axis] < 0 ? -1 : Implied(a, dims[axis]) : length.Value is { } known ? Points(known) : -1;
        if (points == 0)
            throw new ModelException("a transform of no point");
        Transformable(points);
        return new(type, [.. dims[..axis], isHalf && !isInverse && points >= 0 ? points / 2 + 1 : points, .. dims[(axis + 1)..^1], isInverse && isHalf ? 1 : 2]);
    }

    /// <summary>Points of one frame: as given, or as the window has, or all.</summary>
    public static int FrameLength(Fact signal, Fact? window, Tensor? given)
    {
        var length = given is not null ? Points(given) : window is not null ? window.Dims[0] : signal.Dims[1];
        Transformable(length);
        return length > 0 ? length : throw new ModelException("a frame of no point");
    }

    /// <summary>Signal [batch, n, 1 or 2], step, [window], [frame length] to [batch, frames, points, 2].</summary>
    private static Fact Stft(Attributes a, ReadOnlySpan<Fact?> x)
    {
        var type = Float(x[0]!);
        Fact? window = x.Length > 2 ? x[2] : null, length = x.Length > 3 ? x[3] : null;
        OneNumber(x[1]!, "the step");
        if (length is not null)
            OneNumber(length, "the frame's length");
        if (window is not null)
            Same(x[0]!, window);
        if (window is { HasRank: true } && window.Dims.Length != 1)
            throw new ModelException($"a window of rank {window.Dims.Length}");
        if (x[0]! is not { HasRank: true } signal)
            return new(type, default);
        if (signal.Dims.Length != 3 || signal.Dims[2] is not (-1 or 1 or 2))
            throw new ModelException($"the signal is {signal}, not batch x samples x 1 (real) or 2 (complex)");
        var isHalf = a.Int("onesided", 1) != 0;
        if (isHalf && signal.Dims[2] == 2)
            throw new ModelException("a spectrum has two equal sides only where the signal is real");
        var isKnown = signal.Dims[1] >= 0 && x[1]!.Value is not null && (length is null || length.Value is not null) && (window is null || window.HasRank && window.Dims[0] >= 0);
        if (!isKnown)
            return new(type, [signal.Dims[0], -1, -1, 2]);
        var points = FrameLength(signal, window, length?.Value);
        if (window is not null)
            Agree(window.Dims[0], points, "points of the window and of a frame");
        var step = One(x[1]!.Value!, "the step");
        if (step < 1)
            throw new ModelException($"a step of {step}");
        if (points > signal.Dims[1])
            throw new ModelException($"a frame of {points} points in a signal of {signal.Dims[1]}");
        return new(type, [signal.Dims[0], (int)((signal.Dims[1] - points) / step) + 1, isHalf ? points / 2 + 1 : points, 2]);
    }

    private static Fact CosineWindow(Attributes a, Fact size)
    {
        Named(a, "kind", "hann", "hann", "hamming", "blackman");
        var type = Require(CastTarget(Attributes.None.With("to", a.Int("to", (long)DType.Float32))), t => t.IsNumber(), "numbers");
        OneNumber(size, "the size");
        return new(type, [size.Value is { } known ? Points(known) : -1]);
    }

    /// <summary>Bands, points of the transform, samples a second (whole numbers), lower and upper edge in hertz to [points / 2 + 1, bands].</summary>
    private static Fact MelWeightMatrix(Attributes a, ReadOnlySpan<Fact?> x)
    {
        for (var i = 0; i < 3; i++)
            OneNumber(x[i]!, i == 0 ? "the number of bands" : i == 1 ? "the transform's length" : "the sample rate");
        for (var i = 3; i < 5; i++)
            if (Require(x[i]!, t => t == DType.Float32, "float32 edges") is not null && x[i]!.IsComplete && x[i]!.Shape.Count != 1)
                throw new ModelException($"an edge is {x[i]}, not one number");
        if (x[2]!.Value is { } rate && One(rate, "the sample rate") < 1)
            throw new ModelException("the sample rate is below 1");
        var type = Require(CastTarget(Attributes.None.With("to", a.Int("to", (long)DType.Float32))), t => t.IsNumber(), "numbers");
        return new(type, [x[1]!.Value is { } points ? Points(points) / 2 + 1 : -1, x[0]!.Value is { } bands ? Points(bands) : -1]);
    }

    /// <summary>Every output is a sum over all points: of more, one output alone would take too long to be called off.</summary>
    private const int MostTransformed = 1 << 24;

    private static void Transformable(int points)
    {
        if (points > MostTransformed)
            throw new ModelException($"a transform of {points} points, above {MostTransformed}");
    }

    private static int Points(Tensor one) => One(one, "an extent") is >= 0 and < int.MaxValue and var n ? (int)n : throw new ModelException($"an extent of {One(one, "an extent")}");

    private static long One(Tensor one, string what) => one.ToInts(what) is [var value] ? value : throw new ModelException($"{what} is {one}, not one number");
}
