using Assay.Engine.Models;
using Assay.Engine.Numerics;

namespace Assay.Engine.Execution.Fast;

/// <summary>One node about to be computed: its operands, what its outputs will be, and where to compute.</summary>
/// <param name="dying">The values that nothing reads after this node.</param>
internal readonly unsafe struct Call(Node node, Value?[] operands, Fact[] shapes, RunContext context, float* packed, Fusion? fusion, int[] dying)
{
    public Node Node => node;

    public Attributes Attributes => node.Attributes;

    public RunContext Context => context;

    public Launcher Launcher => context.Launcher;

    public Isa Isa => context.Isa;

    public Scratch Scratch => context.Scratch;

    /// <summary>The node's constant weights, packed, or null.</summary>
    public float* Packed => packed;

    public Value? Operand(int i) => i < operands.Length ? operands[i] : null;

    public int Operands => operands.Length;

    public int Outputs => shapes.Length;

    /// <summary>What the kernel computes beyond the node, or null.</summary>
    public Fusion? Fusion => fusion;

    public DType OutputType => shapes[0].Type!.Value;

    public Shape ShapeOf(int operand) => operands[operand]!.Shape;

    public Shape OutputShape(int i = 0) => shapes[i].Shape;

    /// <summary>An operand's elements as float32; null where it is absent.</summary>
    public float* Input(int i) => Operand(i) is { } value ? value.Floats(context).Pointer : null;

    /// <summary>An operand that speaks of shapes: kernels do not make it while a plan is recorded.</summary>
    /// <exception cref="UnplannableException">Only a run can tell.</exception>
    public Tensor? Tensor(int i) => Operand(i) is not { } value ? null
        : context.IsRecording ? value.Known ?? throw new UnplannableException($"operand {i} decides what the node does") : value.Tensor(context);

    /// <summary>All operands and outputs compute as float32.</summary>
    public bool IsWide()
    {
        foreach (var operand in operands)
            if (operand is { IsWide: false })
                return false;
        return IsWideOutput;
    }

    public bool IsWideOutput => shapes[0].Type is DType.Float32 or DType.Float16 or DType.BFloat16;

    /// <summary>One padded plane per thread is no more than a kernel may take.</summary>
    public bool HasRoomForPlanes(in WindowShape shape) => shape.PlaneSize <= context.MostScratch / context.Launcher.Threads;

    /// <summary>Memory for an output.</summary>
    public Floats Rent(int i = 0) => context.Pool.Rent(shapes[i].Shape.Count);

    /// <summary>Memory for output 0: the operand's own where nothing else needs it and element i of the output is made of element i of it.</summary>
    public Floats RentOver(int operand) =>
        operands[operand]!.Shape.Count == shapes[0].Shape.Count && Dying(operand) is { } floats ? floats.Share() : Rent();

    /// <summary>The operand's memory where nothing else needs it, and nothing does after this node; or null.</summary>
    public Floats? Dying(int operand) => Array.IndexOf(dying, node.Inputs[operand]) >= 0 ? operands[operand]!.Sole : null;

    /// <summary>Output <paramref name="i"/> computed in float32: rounded once to its storage type (1.4 of the profile).</summary>
    public Value Rounded(Floats floats, int i = 0)
    {
        var (type, shape) = (shapes[i].Type!.Value, shapes[i].Shape);
        if (type == DType.Float16)
            UnaryKernel<RoundToHalf>.Run(Launcher, Isa, floats.Pointer, floats.Pointer, shape.Count);
        else if (type == DType.BFloat16)
            UnaryKernel<RoundToBrain>.Run(Launcher, Isa, floats.Pointer, floats.Pointer, shape.Count);
        return Value.Of(type, shape, floats);
    }

    /// <summary>Output 0 whose elements were moved, or computed and rounded already.</summary>
    public Value Moved(Floats floats) => Value.Of(shapes[0].Type!.Value, shapes[0].Shape, floats);
}
