using System.Collections.Immutable;
using Assay.Engine.Models;

namespace Assay.Engine.Quantization;

/// <summary>The operations of <c>assay.int8</c> that compute, and those that move.</summary>
internal enum StepKind
{
    Dense, Conv, AveragePool, Add, MatMul,
    MaxPool, Table, Softmax, Normalize,
    Reshape, Transpose, Concat,
}

/// <summary>One layer of the model to be written: which floats it makes of which, before any scale is known.</summary>
/// <param name="kind">The operation.</param>
/// <param name="source">The node of the file it came from, for messages.</param>
/// <param name="order">Steps run in this order.</param>
/// <param name="inputs">Values of the float graph, or of the builder's own.</param>
/// <param name="output">The value that it makes.</param>
internal sealed class Step(StepKind kind, string source, int order, int[] inputs, int output)
{
    public StepKind Kind { get; } = kind;

    public string Source { get; } = source;

    public int Order { get; } = order;

    public int[] Inputs { get; } = inputs;

    /// <summary>What the operation itself gives, before <see cref="Function"/>.</summary>
    public int Root { get; set; } = output;

    /// <summary>What stands for other steps.</summary>
    public int Output { get; set; } = output;

    /// <summary>A function of one variable on the operation's result; of <see cref="StepKind.Table"/>, on its input.</summary>
    public Pointwise? Function { get; set; }

    /// <summary>Weights of <see cref="StepKind.Dense"/> and <see cref="StepKind.Conv"/>.</summary>
    public Linear? Linear { get; init; }

    /// <summary>A factor on the products of <see cref="StepKind.MatMul"/>.</summary>
    public double Factor { get; set; } = 1;

    /// <summary>The second operand of <see cref="StepKind.Add"/>, where it is constant: of the output's shape.</summary>
    public Tensor? Constant { get; init; }

    /// <summary>Windows of a convolution or a pool.</summary>
    public Window? Window { get; init; }

    /// <summary>Groups of a convolution.</summary>
    public int Group { get; init; } = 1;

    /// <summary>Of an average: whether padded places count.</summary>
    public bool CountsPadding { get; init; }

    /// <summary>Extents of an input, as far as they are known: of a pool, and what a reshape gives.</summary>
    public ImmutableArray<int> Dims { get; init; } = [];

    /// <summary>The permutation of a transposition; the axis of a concatenation, alone.</summary>
    public ImmutableArray<int> Axes { get; init; } = [];

    /// <summary>Of a softmax: whether row i sees the entries 0 to i alone.</summary>
    public bool Causal { get; init; }

    /// <summary>Of a normalisation: what is added to the variance.</summary>
    public double Epsilon { get; init; }

    /// <summary>Whether it ends with a requantisation, which bounds and tables can be part of.</summary>
    public bool Requantises => Kind is StepKind.Dense or StepKind.Conv or StepKind.AveragePool or StepKind.Add or StepKind.MatMul;

    /// <summary>Whether its output has the scale of its inputs.</summary>
    public bool KeepsScale => Kind is StepKind.MaxPool or StepKind.Reshape or StepKind.Transpose or StepKind.Concat;
}
