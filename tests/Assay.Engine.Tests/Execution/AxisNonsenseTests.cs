using Assay.Engine.Execution;
using Assay.Engine.Execution.Reference;
using Assay.Engine.Models;
using Assay.Engine.Tests.Models;

namespace Assay.Engine.Tests.Execution;

/// <summary>Primitives along axes with operands and attributes that fit by chance or not at all: the same bytes from both executors, or the same refusal.</summary>
public sealed class AxisNonsenseTests
{
    private static readonly Primitive[] Ops =
    [
        Primitive.ReduceProd, Primitive.ReduceMax, Primitive.ReduceMean, Primitive.ArgMax, Primitive.ArgMin, Primitive.CumSum, Primitive.CumProd, Primitive.TopK, Primitive.LayerNormalization,
        Primitive.RmsNormalization, Primitive.Det, Primitive.Attention, Primitive.LinearAttention, Primitive.MatMul,
    ];

    private static readonly DType[] Types = [DType.Float32, DType.Float32, DType.Float32, DType.Float16, DType.BFloat16, DType.Float64, DType.Int32, DType.Int64, DType.UInt8, DType.Bool];

    private static readonly string[] Numbers = ["axis", "keepdims", "noop_with_empty_axes", "select_last_index", "exclusive", "reverse", "largest", "scores", "q_num_heads", "kv_num_heads"];

    [Fact]
    public void Both_executors_compute_or_refuse_alike()
    {
        var noise = new Noise(77);
        var ran = new Dictionary<Primitive, int>();
        for (var i = 0; i < 6000; i++)
        {
            var op = Ops[i % Ops.Length];
            var test = Case(op, noise, (ulong)i);
            var (graph, inputs) = test.Build(constants: false);
            var limits = new RunLimits { Bytes = 1_000_000 };
            var slow = Run(() => Reference.Run(graph, inputs, limits: limits));
            using var session = new Session(graph, new() { Threads = 1, Limits = limits });
            var fast = Run(() => session.Run(inputs));
            Assert.Equal(slow.Refusal, fast.Refusal);
            Assert.Equal(slow.Outputs, fast.Outputs);
            if (slow.Outputs is not null)
                ran[op] = ran.GetValueOrDefault(op) + 1;
        }
        Assert.All(Ops, op => Assert.True(ran.GetValueOrDefault(op) >= 5, $"{op} ran {ran.GetValueOrDefault(op)} times"));
    }

    private static FastCase Case(Primitive op, Noise noise, ulong seed)
    {
        var type = Types[noise.Below(Types.Length)];
        var attributes = Attributes.None;
        foreach (var name in Numbers)
            if (noise.Below(4) == 0)
                attributes = attributes.With(name, noise.Below(8) == 0 ? long.MaxValue - noise.Below(3) : (long)noise.Below(6) - 2);
        if (op == Primitive.LinearAttention && noise.Below(4) > 0)
            attributes = attributes.With("q_num_heads", 2L).With("kv_num_heads", 2L);
        if (noise.Below(3) == 0)
            attributes = attributes.With("epsilon", 0.1f).With("softcap", 1.5f).With("scale", -2f);
        var dims = Dims(noise, op switch { Primitive.Attention => 4, Primitive.LinearAttention or Primitive.Det => 3, _ => 1 + noise.Below(4) });
        if (op == Primitive.LinearAttention && noise.Below(5) > 0)
            dims[2] = 4;
        var operands = new List<Tensor?> { Values(type, seed, dims) };
        var count = op switch { Primitive.Attention => 3 + noise.Below(4), Primitive.LinearAttention => 3 + noise.Below(5), Primitive.LayerNormalization => 1 + noise.Below(3), _ => noise.Below(3) };
        for (var i = 1; i < Math.Max(count, op is Primitive.CumSum or Primitive.CumProd or Primitive.TopK or Primitive.MatMul ? 2 : 0); i++)
            operands.Add(noise.Below(10) == 0 ? null : Operand(op, i, type, seed + (ulong)i, dims, noise));
        return new($"{op} {seed}", op, attributes, op is Primitive.LinearAttention or Primitive.TopK ? 2 : 1 + noise.Below(op == Primitive.LayerNormalization ? 3 : op == Primitive.Attention ? 2 : 1), [.. operands]);
    }

    private static Tensor Operand(Primitive op, int i, DType type, ulong seed, int[] like, Noise noise)
    {
        var isNumber = op is Primitive.CumSum or Primitive.CumProd or Primitive.TopK or Primitive.ReduceProd or Primitive.ReduceMax or Primitive.ReduceMean || op == Primitive.Attention && i > 3;
        if (isNumber && noise.Below(20) > 0)
            return FastCase.Ints([.. Enumerable.Range(0, op == Primitive.Attention ? Math.Max(1, like[0]) : 1).Select(_ => noise.Below(9) == 0 ? long.MinValue + noise.Below(2) : (long)noise.Below(4) - 1)]);
        // Mostly of the same extents, or those that fit; here and there another one.
        int[] dims = op != Primitive.LinearAttention ? [.. like] : i switch { 3 => [like[0], 2, 2, 2], 5 => [like[0], like[1], 2], _ => [.. like] };
        for (var axis = 0; axis < dims.Length; axis++)
            if (noise.Below(op == Primitive.LinearAttention ? 30 : 6) == 0)
                dims[axis] = noise.Below(4);
        return Values(noise.Below(12) == 0 ? Types[noise.Below(Types.Length)] : type, seed, noise.Below(op == Primitive.LinearAttention ? 30 : 4) == 0 ? dims[noise.Below(dims.Length)..] : dims);
    }

    private static int[] Dims(Noise noise, int rank)
    {
        var dims = new int[rank];
        var same = 1 + noise.Below(5);
        for (var i = 0; i < rank; i++)
            dims[i] = noise.Below(12) == 0 ? 0 : noise.Below(3) == 0 ? 1 + noise.Below(5) : same;
        return dims;
    }

    private static Tensor Values(DType type, ulong seed, int[] dims)
    {
        if (type is DType.Float32 or DType.Float16 or DType.BFloat16)
            return FastCase.Floats(seed, seed % 2 == 0, type, dims);
        var tensor = Tensor.Create(type, Shape.Of(dims));
        for (var i = 0; i < tensor.Bytes.Length; i++)
            tensor.MutableBytes[i] = (byte)(type == DType.Bool ? i * 5 % 3 % 2 : type == DType.Float64 && i % 8 == 7 ? 0x3F : (i * 37) + (int)seed);
        return tensor;
    }

    private static (byte[]? Outputs, string? Refusal) Run(Func<IReadOnlyList<NamedTensor>> run)
    {
        try
        {
            return (TensorEncoding.Encode(run()), null);
        }
        catch (ModelException e)
        {
            return (null, e.Message);
        }
    }
}
