using System.Diagnostics;
using System.Globalization;
using Assay.Engine.Models;

namespace Assay.Engine.Execution;

/// <summary>What one run may use at most.</summary>
public sealed record RunLimits
{
    public static readonly RunLimits Default = new();

    /// <summary>Bytes of all values that the run makes, and of the arrays that the reference works with beside them, together.</summary>
    /// <remarks>
    /// What an iteration of a loop makes counts until it ends, what it hands on for as long as it is handed on.
    /// What counts is the same for every executor, so all refuse the same runs. The reference allocates no more than it counts. The
    /// fast path also holds 16-bit floats widened, floats that go to a kernel of the reference twice, and working memory of its own,
    /// at most so many bytes for each kind: a node that needs more of it is left to the reference.
    /// </remarks>
    public long Bytes { get; init; } = 4L << 30;

    /// <summary>Iterations of all loops of a run together.</summary>
    public long Iterations { get; init; } = 1L << 22;

    /// <summary>Takes bytes that are neither a dense tensor nor working memory: references, and the texts of strings.</summary>
    /// <exception cref="ModelException">They are more than is left.</exception>
    public void Spend(ref long spent, long bytes)
    {
        if (bytes > Bytes - spent)
            throw new ModelException($"{bytes} bytes of references and texts would bring the run above {Bytes} bytes");
        spent += bytes;
    }

    /// <summary>Bytes of all outputs together, as they are handed to the caller.</summary>
    public long OutputBytes { get; init; } = 4L << 30;

    /// <summary>How long the run may take; without end where it is <see cref="Timeout.InfiniteTimeSpan"/>.</summary>
    public TimeSpan Time { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>Takes the bytes of one more output.</summary>
    /// <exception cref="ModelException">They are more than is left.</exception>
    public void SpendOutput(ref long returned, long bytes)
    {
        returned += bytes;
        if (returned > OutputBytes)
            throw new ModelException($"an output of {bytes} bytes would bring the outputs above {OutputBytes} bytes");
    }

    /// <summary>Runs with a token that is cancelled by <paramref name="cancel"/> or when <see cref="Time"/> is over.</summary>
    /// <exception cref="ModelException">The time is over.</exception>
    internal T InTime<T>(CancellationToken cancel, Func<CancellationToken, T> run)
    {
        if (Time == Timeout.InfiniteTimeSpan)
            return run(cancel);
        using var clock = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        clock.CancelAfter(Time);
        var began = Stopwatch.GetTimestamp();
        try
        {
            var result = run(clock.Token);
            // Where the thread pool is busy the token comes late: whether a run took too long does not depend on that.
            return Stopwatch.GetElapsedTime(began) <= Time ? result : throw TakesTooLong(null);
        }
        catch (OperationCanceledException e) when (!cancel.IsCancellationRequested)
        {
            throw TakesTooLong(e);
        }
    }

    private ModelException TakesTooLong(Exception? inner) => new(string.Create(CultureInfo.InvariantCulture, $"the run takes longer than {Time.TotalSeconds} s"), inner);

    /// <summary>Takes the bytes of one more value.</summary>
    /// <exception cref="ModelException">They are more than is left.</exception>
    public void Spend(ref long spent, DType type, Shape shape)
    {
        spent += (long)shape.Count * type.Size();
        if (spent > Bytes)
            throw new ModelException($"{type.Name()} {shape} would bring the run above {Bytes} bytes");
    }

    /// <summary>Takes the bytes of what the reference works with to compute a node, its operands and outputs aside.</summary>
    /// <param name="operands">What is known of the node's inputs.</param>
    /// <param name="outputs">What its outputs will be.</param>
    /// <exception cref="ModelException">They are more than is left.</exception>
    public void SpendWorking(ref long spent, Node node, ReadOnlySpan<Fact?> operands, ReadOnlySpan<Fact> outputs)
    {
        var size = outputs[0].Type == DType.Float64 ? 8L : 4L;
        var bytes = node.Op switch
        {
            // One place for each tap of a window.
            Primitive.Conv or Primitive.Int8Conv => 4L * Shape.Of(operands[1]!.Dims.AsSpan()[2..]).Count,
            // One window's values.
            Primitive.Int8MaxPool or Primitive.Int8AveragePool => Shape.Of(ShapeRules.PoolKernel(node.Attributes)).Count,
            // Both states, and one step's gates.
            Primitive.Lstm => size * ((2L * outputs[1].Shape.Count) + (4L * operands[2]!.Dims[2])),
            Primitive.Gru or Primitive.Rnn => size * (outputs[1].Shape.Count + (4L * operands[2]!.Dims[2])),
            // Two orders of one line.
            Primitive.TopK => 8L * operands[0]!.Dims[ShapeRules.Axis(node.Attributes.Int("axis", -1), operands[0]!.Dims.Length)],
            // One matrix.
            Primitive.Det => size * operands[0]!.Dims[^1] * operands[0]!.Dims[^1],
            // One row of scores.
            Primitive.Attention => size * operands[1]!.Dims[2],
            // One head's state, and one value.
            Primitive.LinearAttention => size * ((long)outputs[1].Dims[2] + 1) * outputs[1].Dims[3],
            _ => PlaceWorking.Bytes(node, operands, outputs),
        };
        // Strings move by number: the numbers, and a table from string to number.
        if (TensorTexts.Has(operands))
            foreach (var operand in operands)
                bytes += operand is { Type: DType.String, IsComplete: true } ? 96L * operand.Shape.Count : 0;
        foreach (var output in TensorTexts.Has(operands) ? outputs : [])
            bytes += output.IsComplete ? 8L * output.Shape.Count : 0;
        spent += bytes;
        if (spent > Bytes)
            throw new ModelException($"{bytes} bytes of working memory would bring the run above {Bytes} bytes");
    }
}
