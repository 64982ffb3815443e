from geoml.learning.segmentation.processor import of_sysctl, parsed, processor

EPYC = (
    "processor\t: 0\nmodel name\t: AMD EPYC 9555\nflags\t\t: fpu avx2 avx512f avx512_bf16\n"
    "processor\t: 1\nmodel name\t: AMD EPYC 9555\nflags\t\t: fpu avx2 avx512f avx512_bf16\n"
)
GRAVITON = "processor\t: 0\nFeatures\t: fp asimd asimddp i8mm bf16\n"
M1 = (
    "hw.optional.neon: 1\nhw.optional.arm.FEAT_DotProd: 1\nhw.optional.arm.FEAT_BF16: 0\n"
    "hw.optional.arm.FEAT_I8MM: 0\n"
)
INTEL_MAC = "hw.optional.avx2_0: 1\nhw.optional.avx512f: 0\n"


def test_linux_tells_by_flags_or_features():
    assert parsed(EPYC) == ("AMD EPYC 9555", ("avx2", "avx512f", "avx512_bf16"))
    assert parsed(GRAVITON)[1] == ("neon", "dotprod", "bf16", "i8mm")
    assert parsed("") == (parsed("")[0], ())


def test_a_mac_tells_by_sysctl():
    assert of_sysctl("Apple M1\n", M1) == ("Apple M1", ("neon", "dotprod"))
    assert of_sysctl("Intel", INTEL_MAC) == ("Intel", ("avx2",))


def test_this_machine_has_a_name():
    assert processor()[0]
