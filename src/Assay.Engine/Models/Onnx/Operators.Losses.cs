namespace Assay.Engine.Models.Onnx;

/// <content>Losses: the logarithm of the probability that each place gives to its class.</content>
internal static partial class Operators
{
    private static Rule[] Losses =>
    [
        new("NegativeLogLikelihoodLoss", 2, 3, n => n.Output(0, NegativeLogLikelihood(n, n.Input(0), n.FactOf(n.Input(0)).Type))),
        new("SoftmaxCrossEntropyLoss", 2, 3, SoftmaxCrossEntropy),
    ];

    private static void SoftmaxCrossEntropy(OnnxNode n)
    {
        var x = n.Input(0);
        var type = n.FactOf(x).Type;
        var log = LogSoftmax(n, Wide(n, x), 1);
        n.Output(0, NegativeLogLikelihood(n, log, type));
        if (n.HasOutput(1))
            n.Output(1, Narrow(n, log, type));
    }

    /// <summary>-weight[class] · x[class] at each place, +0 where the class is the one to ignore; then none, their sum, or their sum over that of the weights.</summary>
    private static int NegativeLogLikelihood(OnnxNode n, int x, DType? type)
    {
        int target = n.Input(1), weights = n.Optional(2);
        var reduction = n.Text("reduction", "mean");
        if (reduction is not ("none" or "sum" or "mean"))
            throw new ModelException($"reduction '{OnnxModel.Cut(reduction)}' is not none, sum or mean");
        x = Wide(n, x);
        int zero = Number(n, x, 0), channel = n.Constant([1]);
        if (n.FactOf(target).Type == DType.Int32)
            target = n.Emit(Primitive.Cast, To(DType.Int64), target);
        var ignored = -1;
        if (n.Has("ignore_index"))
        {
            ignored = n.Emit(Primitive.Equal, Attributes.None, target, n.Constant(Models.Tensor.Scalar(n.Int("ignore_index", 0))));
            target = n.Emit(Primitive.Where, Attributes.None, ignored, n.Constant(Models.Tensor.Scalar(0L)), target);
        }
        var picked = n.Emit(Primitive.GatherElements, Attributes.None.With("axis", 1L), x, n.Emit(Primitive.Unsqueeze, Attributes.None, target, channel));
        var loss = n.Emit(Primitive.Neg, Attributes.None, n.Emit(Primitive.Squeeze, Attributes.None, picked, channel));
        var weight = -1;
        if (weights >= 0)
        {
            weight = Kept(n.Emit(Primitive.Gather, Attributes.None, Like(n, weights, x), target));
            loss = n.Emit(Primitive.Mul, Attributes.None, loss, weight);
        }
        loss = Kept(loss);
        if (reduction == "none")
            return Narrow(n, loss, type);
        var scalar = Attributes.None.With("keepdims", 0L);
        if (reduction == "mean" && weight < 0 && ignored < 0)
            return Narrow(n, n.Emit(Primitive.ReduceMean, scalar, loss), type);
        var sum = n.Emit(Primitive.ReduceSum, scalar, loss);
        if (reduction == "sum")
            return Narrow(n, sum, type);
        if (weight < 0)
            weight = Kept(n.Emit(Primitive.Expand, Attributes.None, Number(n, x, 1), n.Emit(Primitive.Shape, Attributes.None, target)));
        return Narrow(n, n.Emit(Primitive.Div, Attributes.None, sum, n.Emit(Primitive.ReduceSum, scalar, weight)), type);

        int Kept(int y) => ignored < 0 ? y : n.Emit(Primitive.Where, Attributes.None, ignored, zero, y);
    }
}
