using Assay.Engine.Execution.Reference;
using Assay.Engine.Models;

namespace Assay.Engine.Execution.Fast;

/// <summary>
/// Nodes that only rearrange constants, such as a file's way of turning its weights about: computed once, by a fast kernel or the
/// reference, so that what hangs on them can be packed. What cannot be computed is left for the run to complain about.
/// </summary>
internal sealed unsafe class Folding
{
    private readonly HashSet<Node> folded = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<int, Tensor> constants;
    private readonly RunContext context;
    private readonly long most;
    private long spent;

    /// <param name="context">What the kernels run with now.</param>
    public Folding(Graph graph, RunContext context)
    {
        this.context = context;
        constants = new(graph.Constants);
        // A small file cannot make a session large: folded values take at most four times the file's own, and 1 MiB.
        most = (4 * constants.Values.Sum(t => (long)t.Bytes.Length)) + (1 << 20);
        Fold(graph.Body);
    }

    /// <summary>The graph's constants and the values of all folded nodes.</summary>
    public IReadOnlyDictionary<int, Tensor> Constants => constants;

    public bool Contains(Node node) => folded.Contains(node);

    private void Fold(Block block)
    {
        foreach (var node in block.Nodes)
        {
            foreach (var nested in node.Blocks.IsDefault ? [] : node.Blocks)
                Fold(nested);
            if (IsMovement(node.Op) && node.Inputs.All(id => id < 0 || constants.ContainsKey(id)))
                Compute(node);
        }
    }

    private void Compute(Node node)
    {
        try
        {
            var operands = node.Inputs.Select(id => id < 0 ? null : constants[id]).ToArray();
            var shape = ShapeRules.Infer(node, Array.ConvertAll(operands, x => x is null ? null : Fact.Of(x)))[0];
            var bytes = (long)shape.Shape.Count * shape.Type!.Value.Size();
            if (spent + bytes > most || node.Outputs[0] < 0)
                return;
            spent += bytes;
            constants[node.Outputs[0]] = Run(node, operands, shape);
            folded.Add(node);
        }
        catch (ModelException)
        {
            // The run will say it, at this node, if it ever gets there.
        }
    }

    private Tensor Run(Node node, Tensor?[] operands, Fact shape)
    {
        var values = Array.ConvertAll(operands, x => x is null ? null : Value.Of(x));
        if (!Array.Exists(operands, x => x?.Type == DType.String) && FastKernels.Run(new(node, values, [shape], context, null, null, [])) is { } made)
        {
            var copy = made[0].ToTensor(context);
            foreach (var value in values.Concat(made))
                value?.Release();
            return copy;
        }
        var output = Tensor.Create(shape.Type!.Value, shape.Shape);
        Kernels.Run(node, operands, [output]);
        return output;
    }

    private static bool IsMovement(Primitive op) => op is Primitive.Identity or Primitive.Shape or Primitive.Size or Primitive.Reshape
        or Primitive.Flatten or Primitive.Squeeze or Primitive.Unsqueeze or Primitive.Transpose or Primitive.Concat or Primitive.Slice
        or Primitive.Gather or Primitive.Pad or Primitive.Expand or Primitive.ConstantOfShape or Primitive.Cast;
}
