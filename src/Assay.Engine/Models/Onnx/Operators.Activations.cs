namespace Assay.Engine.Models.Onnx;

/// <content>Activations. What is not a primitive follows ONNX's own definition of the operator, step by step.</content>
internal static partial class Operators
{
    private static Rule[] ActivationRules =>
    [
        new("LeakyRelu", 1, 1, n => Shaped(n, Primitive.LeakyRelu, n.Float("alpha", 0.01f))),
        new("Elu", 1, 1, n => Shaped(n, Primitive.Elu, n.Float("alpha", 1))),
        new("HardSigmoid", 1, 1, n => Shaped(n, Primitive.HardSigmoid, n.Float("alpha", 0.2f), n.Float("beta", 0.5f))),
        new("PRelu", 2, 2, PRelu),
        new("Selu", 1, 1, Selu),
        new("Celu", 1, 1, Celu),
        new("HardSwish", 1, 1, n => Composite(n, x => x * x.HardSigmoid(1f / 6, 0.5f))),
        new("Softsign", 1, 1, n => Composite(n, x => x / (x.Then(Primitive.Abs) + 1))),
        new("ThresholdedRelu", 1, 1, n => Composite(n, x => (x > n.Float("alpha", 1)).Choose(x, x.Of(0)))),
        new("Shrink", 1, 1, Shrink),
        new("Gelu", 1, 1, Gelu),
        new("Mish", 1, 1, n => Composite(n, x => x * x.Then(Primitive.Softplus).Then(Primitive.Tanh))),
        new("Swish", 1, 1, n => Composite(n, x => Swish(n, x))),
        new("SwiGLU", 2, 2, n => Composite(n, x => Swish(n, x) * x.Beside(n.Input(1)))),
    ];

    private static void Shaped(OnnxNode n, Primitive op, float alpha, float? beta = null)
    {
        n.Ignore("consumed_inputs");
        var a = Attributes.None.With("alpha", alpha);
        n.Output(0, n.Emit(op, beta is null ? a : a.With("beta", beta), n.Input(0)));
    }

    private static void PRelu(OnnxNode n)
    {
        n.Ignore("consumed_inputs");
        int x = n.Input(0), slope = n.Input(1);
        // Before version 7 a list of slopes belonged to the channels.
        if (n.Opset < 7 && n.FactOf(x) is { HasRank: true, Dims.Length: > 2 } fact && n.FactOf(slope) is { HasRank: true, Dims: [not 1] })
            slope = n.Emit(Primitive.Unsqueeze, Attributes.None, slope, n.Constant([.. Enumerable.Range(1, fact.Dims.Length - 2).Select(i => (long)i)]));
        n.Output(0, n.Emit(Primitive.PRelu, Attributes.None, x, slope));
    }

    private static void Selu(OnnxNode n)
    {
        n.Ignore("consumed_inputs");
        // Version 1 rounded the constants further.
        float alpha = n.Float("alpha", n.Opset < 6 ? 1.6732f : 1.67326319f), gamma = n.Float("gamma", n.Opset < 6 ? 1.0507f : 1.05070102f);
        Composite(n, x => x.Then(Primitive.Elu, Attributes.None.With("alpha", alpha)) * gamma);
    }

    private static void Celu(OnnxNode n)
    {
        var alpha = n.Float("alpha", 1);
        if (alpha == 0)
            throw new ModelException("alpha is 0");
        Composite(n, x => (x / alpha).Then(Primitive.Elu, Attributes.None.With("alpha", 1f)) * alpha);
    }

    private static void Shrink(OnnxNode n)
    {
        float bias = n.Float("bias", 0), lambda = n.Float("lambd", 0.5f);
        Composite(n, x => (x < -lambda).Choose(x + bias, (x > lambda).Choose(x - bias, x.Of(0))));
    }

    private static void Gelu(OnnxNode n)
    {
        var form = n.Text("approximate", "none");
        if (form is not ("none" or "tanh"))
            throw new ModelException($"approximate '{OnnxModel.Cut(form)}' is not none or tanh");
        // Half of x times one plus erf(x / sqrt 2), or times one plus tanh(sqrt(2 / pi) (x + 0.044715 x^3)).
        Composite(n, x => x * 0.5 * ((form == "none"
            ? (x * 0.7071067811865476).Then(Primitive.Erf)
            : ((x + x * x * x * 0.044715) * 0.7978845608028654).Then(Primitive.Tanh)) + 1));
    }

    private static Term Swish(OnnxNode n, Term x)
    {
        var alpha = n.Float("alpha", 1);
        return x * (alpha == 1 ? x : x * alpha).Then(Primitive.Sigmoid);
    }

    private static void Composite(OnnxNode n, Func<Term, Term> steps)
    {
        n.Ignore("consumed_inputs");
        n.Output(0, Widely(n, TypeOf(n, n.Input(0)), n.Input(0), (x, type) => steps(new(n, x, type)).Id));
    }

    /// <summary>A value while an operator is written out as a formula over it; every operation is one node.</summary>
    private readonly record struct Term(OnnxNode Node, int Id, DType Type)
    {
        public Term Then(Primitive op, Attributes? a = null) => this with { Id = Node.Emit(op, a ?? Attributes.None, Id) };

        /// <summary>A number of the same type.</summary>
        public Term Of(double value) => this with { Id = Number(Node, Type, value) };

        /// <summary>Another operand, of the type in which is computed.</summary>
        public Term Beside(int id) => this with { Id = Node.FactOf(id).Type == Type ? id : Node.Emit(Primitive.Cast, To(Type), id) };

        public Term HardSigmoid(float alpha, float beta) => Then(Primitive.HardSigmoid, Attributes.None.With("alpha", alpha).With("beta", beta));

        /// <summary>The one where this, a bool, is true, the other elsewhere.</summary>
        public Term Choose(Term yes, Term no) => yes with { Id = Node.Emit(Primitive.Where, Attributes.None, Id, yes.Id, no.Id) };

        public static Term operator +(Term a, Term b) => a.With(Primitive.Add, b);

        public static Term operator -(Term a, Term b) => a.With(Primitive.Sub, b);

        public static Term operator *(Term a, Term b) => a.With(Primitive.Mul, b);

        public static Term operator /(Term a, Term b) => a.With(Primitive.Div, b);

        public static Term operator +(Term a, double b) => a + a.Of(b);

        public static Term operator -(Term a, double b) => a - a.Of(b);

        public static Term operator *(Term a, double b) => a * a.Of(b);

        public static Term operator /(Term a, double b) => a / a.Of(b);

        public static Term operator <(Term a, double b) => a.With(Primitive.Less, a.Of(b));

        public static Term operator >(Term a, double b) => a.With(Primitive.Greater, a.Of(b));

        private Term With(Primitive op, Term other) => this with { Id = Node.Emit(op, Attributes.None, Id, other.Id) };
    }
}
