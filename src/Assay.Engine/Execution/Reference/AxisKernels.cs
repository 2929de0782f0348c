using Assay.Engine.Models;

namespace Assay.Engine.Execution.Reference;

/// <summary>Which function computes which primitive that works along axes; false, with nothing done, where the node is none.</summary>
internal static class AxisKernels
{
    public static bool IsReal<T>(Node node, Tensor?[] x, Tensor[] y) where T : unmanaged, IReal<T>
    {
        var a = node.Attributes;
        switch (node.Op)
        {
            case Primitive.ArgMax or Primitive.ArgMin:
                Ranking.Arg(new RealOrder<T>(x[0]!, nanIsLeast: node.Op == Primitive.ArgMin), node.Op == Primitive.ArgMin, a, x[0]!, y[0]);
                break;
            case Primitive.TopK:
                Ranking.TopK(new RealOrder<T>(x[0]!), a, x[0]!, y[0], y[1]);
                break;
            case Primitive.CumSum or Primitive.CumProd:
                Cumulative.Run<T>(node.Op, a, x[1]!, x[0]!, y[0]);
                break;
            case Primitive.LayerNormalization:
                RowNormalization.Layer<T>(a, x[0]!, Optional(x, 1), Optional(x, 2), y);
                break;
            case Primitive.RmsNormalization:
                RowNormalization.RootMeanSquare<T>(a, x[0]!, Optional(x, 1), y[0]);
                break;
            case Primitive.Det:
                Determinants.Run<T>(x[0]!, y[0]);
                break;
            case Primitive.Attention:
                Attentions.Attention<T>(a, x[0]!, x[1]!, x[2]!, Optional(x, 3), Optional(x, 4), Optional(x, 5), y);
                break;
            case Primitive.LinearAttention:
                Attentions.Linear<T>(a, x[0]!, x[1]!, x[2]!, Optional(x, 3), Optional(x, 4), Optional(x, 5), Optional(x, 6), y);
                break;
            default:
                return false;
        }
        return true;
    }

    /// <summary>Whole numbers.</summary>
    public static bool IsWhole(Node node, Tensor?[] x, Tensor[] y)
    {
        switch (node.Op)
        {
            case Primitive.ArgMax or Primitive.ArgMin:
                Ranking.Arg(new WholeOrder(x[0]!), node.Op == Primitive.ArgMin, node.Attributes, x[0]!, y[0]);
                break;
            case Primitive.TopK:
                Ranking.TopK(new WholeOrder(x[0]!), node.Attributes, x[0]!, y[0], y[1]);
                break;
            case Primitive.CumSum or Primitive.CumProd:
                Cumulative.Run(node.Op, node.Attributes, x[1]!, x[0]!, y[0]);
                break;
            default:
                return false;
        }
        return true;
    }

    private static Tensor? Optional(Tensor?[] x, int i) => i < x.Length ? x[i] : null;
}
