using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Assay.Engine.Models;

/// <summary>
/// A dense tensor: element type, shape, little-endian row-major bytes; or, of strings, the texts. Treat it as a value once made.
/// </summary>
public sealed class Tensor : ModelValue
{
    /// <summary>Elements of a tensor that describes a shape, at most: far more than any rank or list of parts.</summary>
    private const int MaxInts = 1 << 16;

    private readonly Memory<byte> bytes;
    private readonly string[]? texts;

    private Tensor(DType type, Shape shape, Memory<byte> bytes, string[]? texts = null)
    {
        Type = type;
        Shape = shape;
        this.bytes = bytes;
        this.texts = texts;
    }

    public override ValueKind Kind => ValueKind.Tensor;

    public override DType Type { get; }

    public override IEnumerable<Tensor> Tensors => [this];

    public override long ByteCount => ((long)Count * Type.Size()) + (texts?.Sum(t => TensorTexts.Cost(t.Length)) ?? 0);

    public Shape Shape { get; }

    public int Count => Shape.Count;

    /// <summary>The elements' bytes; of strings, <see cref="TensorTexts.Encode"/>, made anew each time.</summary>
    public ReadOnlySpan<byte> Bytes => texts is null ? bytes.Span : TensorTexts.Encode(texts);

    /// <summary>The bytes, for whoever made the tensor and is still filling it.</summary>
    public Span<byte> MutableBytes => texts is null ? bytes.Span : throw new InvalidOperationException("strings have no bytes to write to");

    /// <summary>The elements of a tensor of strings.</summary>
    public ReadOnlySpan<string> Texts => MutableTexts;

    /// <summary>The strings, for whoever made the tensor and is still filling it: empty at first.</summary>
    public Span<string> MutableTexts => texts ?? throw new InvalidOperationException($"a {Type.Name()} tensor read as strings");

    /// <summary>A tensor of zeros.</summary>
    /// <exception cref="ModelException">It would take more bytes than one array holds.</exception>
    public static Tensor Create(DType type, Shape shape)
    {
        var length = (long)shape.Count * type.Size();
        if (length > Array.MaxLength)
            throw new ModelException($"{type.Name()} {shape} would take {length} bytes, more than {Array.MaxLength}");
        return type == DType.String ? OfTexts(shape, Blank(shape.Count)) : new(type, shape, new byte[length]);
    }

    /// <summary>A view of <paramref name="bytes"/>, which are not copied.</summary>
    /// <exception cref="ModelException">The length is not the shape's, a bool is neither 0 nor 1, or an integer of 4 bits does not fit them.</exception>
    public static Tensor Wrap(DType type, Shape shape, Memory<byte> bytes)
    {
        if (type == DType.String)
            throw new ModelException("strings do not come as bytes");
        if (bytes.Length != (long)shape.Count * type.Size())
            throw new ModelException($"{type.Name()} {shape} needs {(long)shape.Count * type.Size()} bytes, not {bytes.Length}");
        if (!Holds(type, bytes.Span))
            throw new ModelException(type == DType.Bool ? "a bool element is neither 0 nor 1" : $"a byte that is no {type.Name()}");
        return new(type, shape, bytes);
    }

    /// <summary>A view of memory that an executor is going to fill; its length is the shape's.</summary>
    internal static Tensor View(DType type, Shape shape, Memory<byte> bytes) => new(type, shape, bytes);

    /// <summary>Whether every byte is one that an element of a type below eight bits may have in memory.</summary>
    private static bool Holds(DType type, ReadOnlySpan<byte> bytes) => type switch
    {
        DType.Bool => !bytes.ContainsAnyExceptInRange((byte)0, (byte)1),
        DType.UInt4 or DType.Float4E2M1 => !bytes.ContainsAnyExceptInRange((byte)0, (byte)15),
        DType.UInt2 => !bytes.ContainsAnyExceptInRange((byte)0, (byte)3),
        DType.Int4 => !MemoryMarshal.Cast<byte, sbyte>(bytes).ContainsAnyExceptInRange((sbyte)-8, (sbyte)7),
        DType.Int2 => !MemoryMarshal.Cast<byte, sbyte>(bytes).ContainsAnyExceptInRange((sbyte)-2, (sbyte)1),
        _ => true,
    };

    public static Tensor From<T>(Shape shape, ReadOnlySpan<T> values) where T : unmanaged
    {
        var tensor = Create(TypeOf<T>(), shape);
        if (values.Length != shape.Count)
            throw new ModelException($"shape {shape} needs {shape.Count} elements, not {values.Length}");
        values.CopyTo(tensor.MutableSpan<T>());
        return tensor;
    }

    /// <summary>A tensor of strings over that array, which is not copied.</summary>
    public static Tensor OfTexts(Shape shape, params string[] texts) => texts.Length == shape.Count
        ? new(DType.String, shape, default, texts)
        : throw new ModelException($"shape {shape} needs {shape.Count} elements, not {texts.Length}");

    public static Tensor Scalar<T>(T value) where T : unmanaged => From(Shape.Scalar, new ReadOnlySpan<T>(ref value));

    /// <summary>The elements. Bool is <see cref="byte"/> or <see cref="bool"/>, float16 is <see cref="Half"/>, bfloat16 is <see cref="ushort"/>.</summary>
    public ReadOnlySpan<T> Span<T>() where T : unmanaged => MutableSpan<T>();

    /// <inheritdoc cref="Span{T}"/>
    public Span<T> MutableSpan<T>() where T : unmanaged
    {
        if (Unsafe.SizeOf<T>() != Type.Size() || texts is not null)
            throw new InvalidOperationException($"a {Type.Name()} tensor read as {typeof(T).Name}");
        return MemoryMarshal.Cast<byte, T>(bytes.Span);
    }

    /// <summary>The same bytes under another shape of equal element count.</summary>
    public Tensor Reshape(Shape shape) => shape.Count == Shape.Count
        ? new(Type, shape, bytes, texts)
        : throw new ModelException($"{Shape} cannot become {shape}: {Shape.Count} elements against {shape.Count}");

    /// <summary>Whether the two have memory in common.</summary>
    internal bool Overlaps(Tensor other) => texts is null ? bytes.Span.Overlaps(other.bytes.Span) : ReferenceEquals(texts, other.texts);

    public override Tensor Copy() => new(Type, Shape, bytes.ToArray(), (string[]?)texts?.Clone());

    public static DType TypeOf<T>() where T : unmanaged =>
        typeof(T) == typeof(float) ? DType.Float32 :
        typeof(T) == typeof(long) ? DType.Int64 :
        typeof(T) == typeof(int) ? DType.Int32 :
        typeof(T) == typeof(Half) ? DType.Float16 :
        typeof(T) == typeof(double) ? DType.Float64 :
        typeof(T) == typeof(bool) ? DType.Bool :
        typeof(T) == typeof(byte) ? DType.UInt8 :
        typeof(T) == typeof(sbyte) ? DType.Int8 :
        typeof(T) == typeof(short) ? DType.Int16 :
        typeof(T) == typeof(ushort) ? DType.UInt16 :
        typeof(T) == typeof(uint) ? DType.UInt32 :
        typeof(T) == typeof(ulong) ? DType.UInt64 :
        throw new NotSupportedException($"no element type for {typeof(T).Name}");

    /// <summary>The elements of a tensor that describes a shape: int32 or int64, rank 0 or 1, at most 65,536 elements.</summary>
    /// <exception cref="ModelException">It is of another type or rank, or longer; <paramref name="role"/> names it in the message.</exception>
    public long[] ToInts(string role)
    {
        if (Shape.Rank > 1)
            throw new ModelException($"{role} has rank {Shape.Rank}, not 1");
        if (Count > MaxInts)
            throw new ModelException($"{role} has {Count} elements, more than {MaxInts}");
        return Type switch
        {
            DType.Int64 => Span<long>().ToArray(),
            DType.Int32 => Array.ConvertAll(Span<int>().ToArray(), static v => (long)v),
            _ => throw new ModelException($"{role} is {Type.Name()}, not int64"),
        };
    }

    public override string ToString() => $"{Type.Name()} {Shape}";

    private static string[] Blank(int count)
    {
        var texts = new string[count];
        Array.Fill(texts, "");
        return texts;
    }
}
