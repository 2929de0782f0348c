using Assay.Engine.Models;
using Assay.Engine.Models.Onnx;
using Assay.Engine.Tests.Models;

namespace Assay.Engine.Tests.Conformance;

/// <summary>Small models in the ways of common exporters: their idioms, operator sets and detours, with weights made here.</summary>
internal static class ExportedModels
{
    public static readonly string[] Names = ["pytorch-encoder", "yolo-head", "tf2onnx", "sklearn", "gru-lstm", "loop", "sequence"];

    public static byte[] Make(string name) => name switch
    {
        "pytorch-encoder" => PyTorchEncoder(),
        "yolo-head" => YoloHead(),
        "tf2onnx" => Tf2Onnx(),
        "sklearn" => Sklearn(),
        "gru-lstm" => Recurrent(),
        "loop" => Loop(),
        _ => Sequence(),
    };

    private static Tensor W(ulong seed, params int[] dims)
    {
        var shape = Shape.Of(dims);
        return Tensor.From<float>(shape, Array.ConvertAll(new Noise(seed).Floats(shape.Count), v => v * 0.3f));
    }

    private static Tensor I(params long[] values) => Tensor.From<long>(Shape.Of(values.Length), values);

    private static Tensor One(long value) => Tensor.Scalar(value);

    /// <summary>A transformer's encoder layer as torch.onnx writes it at opset 17: shapes computed in the graph, masks by Where, Gelu by Erf.</summary>
    private static byte[] PyTorchEncoder() => new OnnxWriter(17, "main_graph", "pytorch")
        .Input("input_ids", DType.Int64, -1, -1).Input("attention_mask", DType.Int64, -1, -1)
        .Initialiser("embeddings", W(1, 50, 16)).Initialiser("positions", W(2, 32, 16))
        .Initialiser("g1", W(3, 16)).Initialiser("b1", W(4, 16)).Initialiser("qkv", W(5, 16, 48)).Initialiser("qkv_b", W(6, 48))
        .Initialiser("proj", W(7, 16, 16)).Initialiser("up", W(8, 16, 32)).Initialiser("down", W(9, 32, 16)).Initialiser("head", W(10, 5, 16)).Initialiser("head_b", W(11, 5))
        .Node("Gather", ["embeddings", "input_ids"], ["tokens"])
        .Node("Shape", ["input_ids"], ["ids_shape"])
        .Node("Constant", [], ["zero"], ("value", One(0))).Node("Constant", [], ["one"], ("value", One(1)))
        .Node("Gather", ["ids_shape", "zero"], ["batch"]).Node("Gather", ["ids_shape", "one"], ["length"])
        .Node("Range", ["zero", "length", "one"], ["place"])
        .Node("Constant", [], ["axis0"], ("value", I(0))).Node("Constant", [], ["axes12"], ("value", I(1, 2))).Node("Constant", [], ["minus1"], ("value", I(-1)))
        .Node("Unsqueeze", ["place", "axis0"], ["places"]).Node("Expand", ["places", "ids_shape"], ["places_b"])
        .Node("Gather", ["positions", "places_b"], ["place_vectors"]).Node("Add", ["tokens", "place_vectors"], ["x"])
        .Node("ReduceMean", ["x"], ["mean"], ("axes", new long[] { -1 })).Node("Sub", ["x", "mean"], ["centred"])
        .Node("Constant", [], ["two"], ("value", Tensor.Scalar(2f))).Node("Pow", ["centred", "two"], ["squares"])
        .Node("ReduceMean", ["squares"], ["variance"], ("axes", new long[] { -1 }))
        .Node("Constant", [], ["eps"], ("value", Tensor.Scalar(1e-5f))).Node("Add", ["variance", "eps"], ["safe"]).Node("Sqrt", ["safe"], ["deviation"])
        .Node("Div", ["centred", "deviation"], ["unit"]).Node("Mul", ["unit", "g1"], ["scaled"]).Node("Add", ["scaled", "b1"], ["normed"])
        .Node("MatMul", ["normed", "qkv"], ["qkv0"]).Node("Add", ["qkv_b", "qkv0"], ["qkv1"])
        .Node("Constant", [], ["three_heads"], ("value", I(3, 4, 4))).Node("Unsqueeze", ["batch", "axis0"], ["batch1"]).Node("Unsqueeze", ["length", "axis0"], ["length1"])
        .Node("Concat", ["batch1", "length1", "three_heads"], ["split_shape"], ("axis", 0)).Node("Reshape", ["qkv1", "split_shape"], ["heads"])
        .Node("Transpose", ["heads"], ["turned"], ("perm", new long[] { 2, 0, 3, 1, 4 }))
        .Node("Split", ["turned"], ["q0", "k0", "v0"], ("axis", 0))
        .Node("Squeeze", ["q0", "axis0"], ["q"]).Node("Squeeze", ["k0", "axis0"], ["k"]).Node("Squeeze", ["v0", "axis0"], ["v"])
        .Node("Transpose", ["k"], ["kt"], ("perm", new long[] { 0, 1, 3, 2 })).Node("MatMul", ["q", "kt"], ["scores0"])
        .Node("Constant", [], ["root"], ("value", Tensor.Scalar(2f))).Node("Div", ["scores0", "root"], ["scores"])
        .Node("Unsqueeze", ["attention_mask", "axes12"], ["mask4"]).Node("Cast", ["mask4"], ["mask_float"], ("to", 1)).Node("Constant", [], ["one_f"], ("value", Tensor.Scalar(1f)))
        .Node("Sub", ["one_f", "mask_float"], ["inverted"]).Node("Cast", ["inverted"], ["hidden"], ("to", 9)).Node("Constant", [], ["lowest"], ("value", Tensor.Scalar(-3.4028235e38f)))
        .Node("Where", ["hidden", "lowest", "scores"], ["masked"]).Node("Softmax", ["masked"], ["weights"], ("axis", -1)).Node("MatMul", ["weights", "v"], ["mixed"])
        .Node("Transpose", ["mixed"], ["back"], ("perm", new long[] { 0, 2, 1, 3 })).Node("Constant", [], ["width"], ("value", I(16)))
        .Node("Concat", ["batch1", "length1", "width"], ["joined_shape"], ("axis", 0)).Node("Reshape", ["back", "joined_shape"], ["joined"])
        .Node("MatMul", ["joined", "proj"], ["projected"]).Node("Add", ["x", "projected"], ["y"])
        .Node("LayerNormalization", ["y", "g1", "b1"], ["y_normed"], ("axis", -1), ("epsilon", 1e-5f))
        .Node("MatMul", ["y_normed", "up"], ["wide"]).Node("Constant", [], ["sqrt2"], ("value", Tensor.Scalar(1.41421354f))).Node("Div", ["wide", "sqrt2"], ["wide2"])
        .Node("Erf", ["wide2"], ["erf"]).Node("Add", ["erf", "one_f"], ["erf1"]).Node("Mul", ["wide", "erf1"], ["gelu0"]).Node("Constant", [], ["half"], ("value", Tensor.Scalar(0.5f))).Node("Mul", ["gelu0", "half"], ["gelu"])
        .Node("MatMul", ["gelu", "down"], ["narrow"]).Node("Add", ["narrow", "y"], ["z"])
        .Node("Gather", ["z", "zero"], ["first"], ("axis", 1)).Node("Gemm", ["first", "head", "head_b"], ["logits"], ("transB", 1), ("alpha", 1f), ("beta", 1f))
        .Output("logits", DType.Float32, -1, 5).ToBytes();

    /// <summary>A detector's head: features of two scales joined, sigmoid, the best boxes, suppression of what overlaps.</summary>
    private static byte[] YoloHead() => new OnnxWriter(13, "torch_jit", "pytorch")
        .Input("images", DType.Float32, 1, 3, 16, 16)
        .Initialiser("w1", W(21, 8, 3, 3, 3)).Initialiser("b1", W(22, 8)).Initialiser("w2", W(23, 8, 8, 3, 3)).Initialiser("w3", W(24, 6, 16, 1, 1)).Initialiser("b3", W(25, 6))
        .Node("Conv", ["images", "w1", "b1"], ["c1"], ("kernel_shape", new long[] { 3, 3 }), ("pads", new long[] { 1, 1, 1, 1 }), ("strides", new long[] { 2, 2 }))
        .Node("Sigmoid", ["c1"], ["s1"]).Node("Mul", ["c1", "s1"], ["silu"])
        .Node("Conv", ["silu", "w2"], ["c2"], ("pads", new long[] { 1, 1, 1, 1 }), ("strides", new long[] { 2, 2 })).Node("LeakyRelu", ["c2"], ["r2"], ("alpha", 0.1f))
        .Node("Constant", [], ["scales"], ("value", Tensor.From<float>(Shape.Of(4), [1, 1, 2, 2])))
        .Node("Resize", ["r2", "", "scales"], ["up"], ("mode", "nearest"), ("coordinate_transformation_mode", "asymmetric"), ("nearest_mode", "floor"))
        .Node("Concat", ["up", "silu"], ["joined"], ("axis", 1)).Node("Conv", ["joined", "w3", "b3"], ["grid"])
        .Node("Constant", [], ["flat_shape"], ("value", I(1, 6, -1))).Node("Reshape", ["grid", "flat_shape"], ["flat"]).Node("Transpose", ["flat"], ["rows"], ("perm", new long[] { 0, 2, 1 }))
        .Node("Sigmoid", ["rows"], ["p"])
        .Node("Constant", [], ["s0"], ("value", I(0))).Node("Constant", [], ["s4"], ("value", I(4))).Node("Constant", [], ["s6"], ("value", I(6))).Node("Constant", [], ["ax2"], ("value", I(2)))
        .Node("Slice", ["p", "s0", "s4", "ax2"], ["boxes"]).Node("Slice", ["p", "s4", "s6", "ax2"], ["class_rows"]).Node("Transpose", ["class_rows"], ["classes"], ("perm", new long[] { 0, 2, 1 }))
        .Node("Constant", [], ["most"], ("value", I(10))).Node("Constant", [], ["iou"], ("value", Tensor.From<float>(Shape.Of(1), [0.45f]))).Node("Constant", [], ["least"], ("value", Tensor.From<float>(Shape.Of(1), [0.4f])))
        .Node("NonMaxSuppression", ["boxes", "classes", "most", "iou", "least"], ["selected"])
        .Node("ReduceMax", ["classes"], ["best"], ("axes", new long[] { 1 }), ("keepdims", 0)).Node("Constant", [], ["five"], ("value", I(5)))
        .Node("TopK", ["best", "five"], ["top", "where"], ("axis", 1))
        .Output("selected").Output("top").Output("where").ToBytes();

    /// <summary>A network that was made for channels last: transposes around what ONNX has channels first, batch normalisation spelled out.</summary>
    private static byte[] Tf2Onnx() => new OnnxWriter(15, "tf2onnx", "tf2onnx")
        .Input("serving_default_x:0", DType.Float32, -1, 8, 8, 2)
        .Initialiser("const_fold_opt__7", W(31, 4, 2, 3, 3)).Initialiser("dw", W(32, 4, 1, 3, 3)).Initialiser("scale", W(33, 4)).Initialiser("shift", W(34, 4)).Initialiser("dense", W(35, 64, 3)).Initialiser("dense_b", W(36, 3))
        .Node("Transpose", ["serving_default_x:0"], ["nchw"], ("perm", new long[] { 0, 3, 1, 2 }))
        .Node("Conv", ["nchw", "const_fold_opt__7"], ["c"], ("auto_pad", "SAME_UPPER"), ("strides", new long[] { 2, 2 }), ("group", 1), ("dilations", new long[] { 1, 1 }))
        .Node("Transpose", ["c"], ["nhwc"], ("perm", new long[] { 0, 2, 3, 1 })).Node("Mul", ["nhwc", "scale"], ["m"]).Node("Add", ["m", "shift"], ["a"])
        .Node("Constant", [], ["c0"], ("value", Tensor.Scalar(0f))).Node("Constant", [], ["c6"], ("value", Tensor.Scalar(6f))).Node("Clip", ["a", "c0", "c6"], ["relu6"])
        .Node("Transpose", ["relu6"], ["nchw2"], ("perm", new long[] { 0, 3, 1, 2 })).Node("Conv", ["nchw2", "dw"], ["d"], ("auto_pad", "SAME_UPPER"), ("group", 4))
        .Node("Transpose", ["d"], ["nhwc2"], ("perm", new long[] { 0, 2, 3, 1 }))
        .Node("Shape", ["nhwc2"], ["shape"]).Node("Cast", ["shape"], ["shape32"], ("to", 6))
        .Node("Constant", [], ["b0"], ("value", I(0))).Node("Constant", [], ["b1"], ("value", I(1))).Node("Slice", ["shape32", "b0", "b1", "b0"], ["n0"]).Node("Squeeze", ["n0", "b0"], ["n"])
        .Node("Unsqueeze", ["n", "b0"], ["n1"]).Node("Constant", [], ["m1"], ("value", Tensor.From<int>(Shape.Of(1), [64]))).Node("Concat", ["n1", "m1"], ["target32"], ("axis", 0)).Node("Cast", ["target32"], ["target"], ("to", 7))
        .Node("Reshape", ["nhwc2", "target"], ["features"]).Node("MatMul", ["features", "dense"], ["dense0"]).Node("Add", ["dense0", "dense_b"], ["dense1"]).Node("Softmax", ["dense1"], ["Identity:0"], ("axis", -1))
        .Output("Identity:0", DType.Float32, -1, 3).ToBytes();

    /// <summary>A scaler and a linear classifier over a table's columns, spelled out in tensors.</summary>
    private static byte[] Sklearn() => new OnnxWriter(12, "sklearn", "skl2onnx")
        .Input("age", DType.Int64, -1, 1).Input("rest", DType.Float32, -1, 3)
        .Initialiser("offset", W(41, 4)).Initialiser("factor", W(42, 4)).Initialiser("coefficients", W(43, 4, 3)).Initialiser("intercepts", W(44, 3)).Initialiser("labels", I(10, 20, 30))
        .Node("Cast", ["age"], ["age_float"], ("to", 1)).Node("Concat", ["age_float", "rest"], ["table"], ("axis", 1))
        .Node("Sub", ["table", "offset"], ["centred"]).Node("Mul", ["centred", "factor"], ["variable"])
        .Node("MatMul", ["variable", "coefficients"], ["raw"]).Node("Add", ["raw", "intercepts"], ["scores"])
        .Node("ArgMax", ["scores"], ["best"], ("axis", 1), ("keepdims", 0)).Node("Gather", ["labels", "best"], ["label"])
        .Node("Sigmoid", ["scores"], ["independent"]).Node("ReduceL1", ["independent"], ["sum"], ("axes", new long[] { 1 })).Node("Div", ["independent", "sum"], ["probabilities"])
        .Output("label", DType.Int64, -1).Output("probabilities", DType.Float32, -1, 3).ToBytes();

    /// <summary>A GRU both ways and an LSTM upon it, batch first as PyTorch users have it.</summary>
    private static byte[] Recurrent() => new OnnxWriter(14, "rnn", "pytorch")
        .Input("x", DType.Float32, -1, 6, 5).Initialiser("gw", W(51, 2, 12, 5)).Initialiser("gr", W(52, 2, 12, 4)).Initialiser("gb", W(53, 2, 24))
        .Initialiser("lw", W(54, 1, 12, 8)).Initialiser("lr", W(55, 1, 12, 3)).Initialiser("lb", W(56, 1, 24))
        .Node("Transpose", ["x"], ["steps"], ("perm", new long[] { 1, 0, 2 }))
        .Node("GRU", ["steps", "gw", "gr", "gb"], ["g", "gh"], ("hidden_size", 4), ("linear_before_reset", 1), ("direction", "bidirectional"))
        .Node("Transpose", ["g"], ["g1"], ("perm", new long[] { 0, 2, 1, 3 })).Node("Constant", [], ["to"], ("value", I(0, 0, -1))).Node("Reshape", ["g1", "to"], ["g2"])
        .Node("LSTM", ["g2", "lw", "lr", "lb"], ["l", "lh", "lc"], ("hidden_size", 3))
        .Node("Constant", [], ["direction"], ("value", I(1))).Node("Squeeze", ["l", "direction"], ["l1"]).Node("Transpose", ["l1"], ["y"], ("perm", new long[] { 1, 0, 2 }))
        .Output("y").Output("lc").ToBytes();

    /// <summary>Greedy steps in a loop that ends when a sum is large enough; what each step made is stacked.</summary>
    private static byte[] Loop()
    {
        var body = new OnnxWriter(16)
            .Input("i", DType.Int64).Input("go", DType.Bool).Input("h", DType.Float32, 1, 4)
            .Node("MatMul", ["h", "w"], ["h0"]).Node("Tanh", ["h0"], ["h1"]).Node("Add", ["h1", "x"], ["h2"])
            .Node("ReduceSum", ["h2"], ["sum"], ("keepdims", 0)).Node("Less", ["sum", "limit"], ["more"]).Node("Identity", ["h2"], ["h3"])
            .Output("more", DType.Bool).Output("h2", DType.Float32, 1, 4).Output("h3", DType.Float32, 1, 4);
        return new OnnxWriter(16, "loop")
            .Input("x", DType.Float32, 1, 4).Initialiser("w", W(61, 4, 4)).Initialiser("limit", Tensor.Scalar(1e9f)).Initialiser("most", One(7)).Initialiser("yes", Tensor.Scalar(true))
            .Node("Loop", ["most", "yes", "x"], ["last", "all"], ("body", body)).Node("Squeeze", ["all", "axis"], ["rows"]).Initialiser("axis", I(1))
            .Output("last").Output("rows").ToBytes();
    }

    /// <summary>Parts of a tensor in a sequence, one exchanged, joined again.</summary>
    private static byte[] Sequence() => new OnnxWriter(17, "sequence")
        .Input("x", DType.Float32, 6, 3).Initialiser("two", One(2)).Initialiser("one", One(1))
        .Node("SplitToSequence", ["x", "two"], ["parts"], ("axis", 0)).Node("SequenceAt", ["parts", "one"], ["middle"]).Node("Neg", ["middle"], ["negated"])
        .Node("SequenceErase", ["parts", "one"], ["rest"]).Node("SequenceInsert", ["rest", "negated"], ["again"]).Node("SequenceLength", ["again"], ["count"])
        .Node("ConcatFromSequence", ["again"], ["y"], ("axis", 0)).Output("y").Output("count").ToBytes();
}
