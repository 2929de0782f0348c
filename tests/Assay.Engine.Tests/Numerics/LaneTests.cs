using Assay.Engine.Numerics;

namespace Assay.Engine.Tests.Numerics;

/// <summary>Every function has the bits of its one-lane form at every width that this machine has.</summary>
public unsafe class LaneTests
{
    private static readonly float[] Inputs = [.. Sample.Edges, .. Enumerable.Range(0, 1 << 20).Select(i => Sample.Any((ulong)i)),
        .. Enumerable.Range(0, 1 << 19).Select(i => 30 * Sample.Unit((ulong)i))];

    public static TheoryData<string> Wide => [.. Isas.Supported.Where(isa => isa != Isa.Scalar).Select(Isas.Name)];

    [Theory, MemberData(nameof(Wide))]
    public void Functions_equal_the_scalar_form_at_every_width(string name)
    {
        switch (Isas.Choose(name))
        {
            case Isa.V128: CheckAll<Lane4>(); break;
            case Isa.Avx2: CheckAll<Lane8>(); break;
            case Isa.Avx512: CheckAll<Lane16>(); break;
        }
    }

    [Theory, Trait("speed", "slow"), MemberData(nameof(Wide))]
    public void Every_float32_rounds_to_float16_as_if_stored_and_loaded(string name)
    {
        switch (Isas.Choose(name))
        {
            case Isa.V128: CheckRounding<Lane4>(); break;
            case Isa.Avx2: CheckRounding<Lane8>(); break;
            case Isa.Avx512: CheckRounding<Lane16>(); break;
        }
    }

    private static void CheckRounding<T>() where T : unmanaged, ILanes<T>
    {
        var x = stackalloc int[16];
        var differences = stackalloc int[32];
        for (var start = 0L; start < 1L << 32; start += T.Width)
        {
            for (var lane = 0; lane < T.Width; lane++)
                x[lane] = (int)(start + lane);
            var value = T.Load((float*)x);
            var positive = T.Relu(value);
            T.Store(HalfFloat.Round(value) ^ HalfFloat.ToSingle(HalfFloat.FromSingle(value)), (float*)differences);
            T.Store(T.Canonical(HalfFloat.RoundPositive(positive)) ^ HalfFloat.ToSingle(HalfFloat.FromSingle(positive)), (float*)differences + T.Width);
            for (var lane = 0; lane < 2 * T.Width; lane++)
                if (differences[lane] != 0)
                    Assert.Fail($"{start + (lane % T.Width):X8} is rounded to another float16");
        }
    }

    private static void CheckAll<T>() where T : unmanaged, ILanes<T>
    {
        Check<T>("truncate", LaneMath.Truncate<T>, LaneMath.Truncate<Lane1>);
        Check<T>("to float16", HalfFloat.FromSingle<T>, HalfFloat.FromSingle<Lane1>);
        Check<T>("to bfloat16", BrainFloat.FromSingle<T>, BrainFloat.FromSingle<Lane1>);
        Check<T>("divide", x => LaneMath.Canonical(T.Broadcast(3f) / x), x => LaneMath.Canonical(Lane1.Broadcast(3f) / x));
        Check<T>("from int", T.FromInt, Lane1.FromInt);
        Check<T>("canonical", T.Canonical, Lane1.Canonical);
        Check<T>("relu", T.Relu, Lane1.Relu);
        Check<T>("rounded to float16", HalfFloat.Round, x => HalfFloat.ToSingle(HalfFloat.FromSingle(x)));
        Check<T>("rounded to float16 behind relu", x => T.Canonical(HalfFloat.RoundPositive(T.Relu(x))), x => HalfFloat.ToSingle(HalfFloat.FromSingle(Lane1.Relu(x))));
        CheckOrder<T>();
        CheckStorage<T>();
    }

    private static void CheckOrder<T>() where T : unmanaged, ILanes<T>
    {
        var both = stackalloc float[32];
        var parts = stackalloc float[32];
        for (var i = 0; i < 2 * T.Width; i++)
            both[i] = i;
        T.Store(T.Even(T.Load(both), T.Load(both + T.Width)), parts);
        T.Store(T.Odd(T.Load(both), T.Load(both + T.Width)), parts + T.Width);
        for (var i = 0; i < T.Width; i++)
        {
            Assert.Equal(2 * i, parts[i]);
            Assert.Equal((2 * i) + 1, parts[T.Width + i]);
        }
        Assert.False(T.AnyTopBit(T.Load(both)));
        both[T.Width - 1] = -0f;
        Assert.True(T.AnyTopBit(T.Load(both)));
    }

    private static void Check<T>(string function, Func<T, T> wide, Func<Lane1, Lane1> scalar) where T : unmanaged, ILanes<T>
    {
        var result = stackalloc float[T.Width];
        fixed (float* inputs = Inputs)
            for (var i = 0; i + T.Width <= Inputs.Length; i += T.Width)
            {
                T.Store(wide(T.Load(inputs + i)), result);
                for (var lane = 0; lane < T.Width; lane++)
                {
                    var expected = BitConverter.SingleToInt32Bits(scalar(new Lane1(inputs[i + lane])).V);
                    if (expected != ((int*)result)[lane])
                        Assert.Fail($"{function}({inputs[i + lane]:R}) at {T.Width} lanes is {((int*)result)[lane]:X8}, not {expected:X8}");
                }
            }
    }

    private static void CheckStorage<T>() where T : unmanaged, ILanes<T>
    {
        var all = stackalloc ushort[16];
        var back = stackalloc ushort[16];
        var wide = stackalloc float[16];
        for (var start = 0; start < 65536; start += T.Width)
        {
            for (var lane = 0; lane < T.Width; lane++)
                all[lane] = (ushort)(start + lane);
            T.Narrow(T.Widen(all), back);
            T.Store(HalfFloat.ToSingle(T.Widen(all)), wide);
            for (var lane = 0; lane < T.Width; lane++)
            {
                Assert.Equal(all[lane], back[lane]);
                Assert.Equal(BitConverter.SingleToInt32Bits(HalfFloat.ToSingle(all[lane])), BitConverter.SingleToInt32Bits(wide[lane]));
            }
        }
    }
}
