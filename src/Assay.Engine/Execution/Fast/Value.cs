using Assay.Engine.Models;
using Assay.Engine.Numerics;

namespace Assay.Engine.Execution.Fast;

/// <summary>
/// A value of a fast run in one or both of two forms: a tensor, and for float32, float16 and bfloat16 its elements as float32 in
/// native memory. Each form is made from the other when it is first asked for.
/// </summary>
/// <remarks>
/// A 16-bit value that a kernel made holds only numbers that 16 bits can hold, NaN canonical, so its two forms say the same. One
/// that came as a tensor may hold other NaNs; <see cref="IsWideExact"/> tells whether moving the float32 form moves the bits.
/// While a plan is recorded a value has its memory, but its elements are known only where no input decides them.
/// </remarks>
internal sealed unsafe class Value
{
    private Tensor? tensor;
    private Floats? floats, storage;

    private Value(DType type, Shape shape, Tensor? tensor, Floats? floats)
    {
        (Type, Shape, this.tensor, this.floats) = (type, shape, tensor, floats);
        IsWideExact = type == DType.Float32 || tensor is null;
    }

    private Value(ModelValue container) : this(container.Type, Shape.Scalar, null, null) => Container = container;

    /// <summary>The value itself where it is a sequence or an optional; it has neither form then.</summary>
    public ModelValue? Container { get; }

    public DType Type { get; }

    public Shape Shape { get; }

    public bool IsWideExact { get; private init; }

    /// <summary>Float32, or a 16-bit float that computes as one.</summary>
    public bool IsWide => Container is null && Type is DType.Float32 or DType.Float16 or DType.BFloat16;

    /// <summary>What it holds, where that is known before the kernels run: constants, and what is computed from shapes.</summary>
    public Tensor? Known => IsSlot ? null : tensor;

    /// <summary>Its elements are made by kernels that have been recorded and not run.</summary>
    private bool IsSlot { get; init; }

    public bool HasFloats => floats is not null;

    public static Value Of(Tensor tensor) => new(tensor.Type, tensor.Shape, tensor, null);

    public static Value Of(ModelValue value) => value is Tensor tensor ? Of(tensor) : new(value);

    /// <summary>Both forms of a constant, which no run may change.</summary>
    public static Value Constant(Tensor tensor, Floats floats) => new(tensor.Type, tensor.Shape, tensor, floats);

    /// <summary>Takes over the caller's share of <paramref name="floats"/>.</summary>
    public static Value Of(DType type, Shape shape, Floats floats) => new(type, shape, null, floats) { IsSlot = true };

    /// <summary>Memory for a value that will come as a tensor, such as an input of a plan.</summary>
    public static Value Slot(DType type, Shape shape, RunContext context)
    {
        var memory = context.Pool.Rent((((long)shape.Count * type.Size()) + 3) / 4);
        var tensor = NativeView.Of(type, shape, memory.Pointer);
        return type == DType.Float32
            ? new(type, shape, tensor, memory) { IsSlot = true }
            : new(type, shape, tensor, null) { IsSlot = true, storage = memory };
    }

    /// <summary>Integers or bools that a kernel makes, in memory whose share is taken over.</summary>
    public static Value Stored(DType type, Shape shape, Floats storage, RunContext context) =>
        new(type, shape, context.IsRecording ? NativeView.Of(type, shape, storage.Pointer) : null, null) { IsSlot = true, storage = storage };

    /// <summary>The elements of integers or bools, in their own type, in native memory.</summary>
    public void* Stored(RunContext context)
    {
        if (storage is null)
        {
            storage = context.RentForKnown((tensor!.Bytes.Length + 3L) / 4);
            tensor.Bytes.CopyTo(new Span<byte>(storage.Pointer, tensor.Bytes.Length));
        }
        return storage.Pointer;
    }

    /// <summary>What is known of it; shapes, other whole numbers and short lists of factors are known by value.</summary>
    public Fact Fact() => Container is not null ? Models.Fact.Of(Container)
        : Known is { } known && (!IsWide || known.Count <= Models.Shape.MaxRank) ? Models.Fact.Of(known) : new(Type, Shape.Dims);

    /// <summary>The same elements under another shape.</summary>
    public Value Reshape(Shape shape) => new(Type, shape, tensor?.Reshape(shape), floats?.Share())
    {
        IsWideExact = IsWideExact,
        IsSlot = IsSlot,
        storage = storage?.Share(),
    };

    public Value Share() => Container is null ? Reshape(Shape) : new(Container);

    /// <summary>The value itself. Its memory may be a constant's, or another value's.</summary>
    public ModelValue Plain(RunContext context) => Container ?? Tensor(context);

    /// <summary>Bytes that it counts for.</summary>
    public long ByteCount => Container?.ByteCount ?? (Type == DType.String ? tensor!.ByteCount : (long)Shape.Count * Type.Size());

    public Floats Floats(RunContext context)
    {
        if (floats is not null)
            return floats;
        if (storage is not null)
        {
            floats = context.Pool.Rent(Shape.Count);
            StorageKernel.Widen(context.Launcher, context.Isa, (ushort*)storage.Pointer, floats.Pointer, Shape.Count, Type == DType.BFloat16);
            return floats;
        }
        floats = context.RentForKnown(Shape.Count);
        Widen(context.Now, context.Isa, tensor!, floats.Pointer);
        return floats;
    }

    /// <summary>The memory under the value where a kernel may write over it once the value has been read for the last time.</summary>
    public Floats? Sole => floats is { IsSole: true } ? floats : null;

    public static void Widen(Launcher launcher, Isa isa, Tensor tensor, float* target)
    {
        fixed (byte* source = tensor.Bytes)
            if (tensor.Type == DType.Float32)
                tensor.Bytes.CopyTo(new Span<byte>(target, tensor.Bytes.Length));
            else
                StorageKernel.Widen(launcher, isa, (ushort*)source, target, tensor.Count, tensor.Type == DType.BFloat16);
    }

    public Tensor Tensor(RunContext context)
    {
        if (tensor is not null)
            return tensor;
        if (!context.IsRecording)
            return tensor = ToTensor(context);
        if (Type == DType.Float32)
            return tensor = NativeView.Of(Type, Shape, floats!.Pointer);
        storage = context.Pool.Rent((Shape.Count + 1L) / 2);
        StorageKernel.Round(context.Launcher, context.Isa, floats!.Pointer, (ushort*)storage.Pointer, Shape.Count, Type == DType.BFloat16);
        return tensor = NativeView.Of(Type, Shape, storage.Pointer);
    }

    /// <summary>What it holds now, in a tensor of its own.</summary>
    public Tensor ToTensor(RunContext context)
    {
        var copy = Models.Tensor.Create(Type, Shape);
        if (tensor is not null)
            tensor.Bytes.CopyTo(copy.MutableBytes);
        else if (!IsWide)
            new ReadOnlySpan<byte>(storage!.Pointer, copy.Bytes.Length).CopyTo(copy.MutableBytes);
        else if (Type == DType.Float32)
            new ReadOnlySpan<byte>(floats!.Pointer, copy.Bytes.Length).CopyTo(copy.MutableBytes);
        else
            fixed (byte* target = copy.MutableBytes)
                StorageKernel.Round(context.Now, context.Isa, floats!.Pointer, (ushort*)target, copy.Count, Type == DType.BFloat16);
        return copy;
    }

    public void Release()
    {
        floats?.Release();
        storage?.Release();
        floats = storage = null;
    }
}
